import type {
  CartCommands,
  CartQueries,
  CatalogueProduct,
  CatalogueQueries,
  DiscountCommands,
  SagaRef,
} from '@shop/contracts/commands.ts';
import type { UndoKind } from '@shop/contracts/events.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import type { User } from '@shop/platform/http/route.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { type Offers, offersIn, replicaOf } from './catalogue.ts';
import { freezeForMerge } from './domain.merge.ts';
import { askAboutLock, completeForSaga, demandOf, lockForSaga, unlockForSaga } from './domain.saga.ts';
import * as carts from './domain.ts';
import { recentCatalogue } from './recent-catalogue.ts';
import type { CartStore } from './store.ts';
import { type CartView, cartView, linesToPrice, type QuoteView, quoteView } from './view.ts';
import { createWrites, type Writes } from './writes.ts';

export interface CartDeps {
  store: CartStore;
  catalogue: Pick<CatalogueQueries, 'bySkus'>;
  discount: Pick<DiscountCommands, 'quote'>;
  clock: Clock;
  ids: Ids;
  /** The shop's currency (ISO 4217). */
  currency: string;
}

/** `ifMatch`: the version that the buyer has seen, where the write depends on it. */
export type CartReply = Promise<CartView | Refusal>;

/** What buyers do with their cart. */
export interface CartUseCases {
  view(buyer: User): Promise<CartView>;
  quote(buyer: User): Promise<QuoteView>;
  addItem(buyer: User, item: { sku: string; quantity: number }, ifMatch?: number): CartReply;
  setQuantity(buyer: User, item: { sku: string; quantity: number }, ifMatch?: number): CartReply;
  removeItem(buyer: User, sku: string, ifMatch?: number): CartReply;
  clear(buyer: User, ifMatch?: number): CartReply;
  /** `code` is normal already: NFKC, upper case. */
  addVoucher(buyer: User, code: string, ifMatch?: number): CartReply;
  removeVoucher(buyer: User, code: string, ifMatch?: number): CartReply;
}

/** What the cart does with events. */
export interface CartReactions {
  /** Applies a product where it is newer than the one that is known. */
  productChanged(product: CatalogueProduct): Promise<void>;
  /** Gives up what a saga holds, and always answers with `cart.unlocked`. */
  unlock(undo: SagaRef & { kind: UndoKind }): Promise<void>;
  /** At most `limit` carts whose lock has held for over a minute ask what became of it; answers how many were due. */
  askAboutExpiredLocks(limit: number): Promise<number>;
}

export type CartService = CartUseCases & CartCommands & CartQueries & CartReactions;

/** The cart service; commands and edits throw Problem UNAVAILABLE when a cart is written from too many sides for 5 s. */
export const createCart = (given: CartDeps): CartService => {
  const deps = { ...given, store: { ...given.store, ...recentCatalogue(given.store, given.clock) } };
  const writes = createWrites(deps);
  const offers = createOffers(deps);
  return {
    ...buyersUseCases(deps, writes, offers),
    ...sagaCommands(deps, writes, offers),
    ...reactions(deps, writes),
    async demandOf({ userId }) {
      const cart = await writes.load(userId);
      return demandOf(cart, await offers(cart), deps.currency);
    },
  };
};

type FindOffers = (cart: carts.Cart, wanted?: string) => Promise<Offers>;

/**
 * The offers for the SKUs in a cart and for the one that is wanted. Where the replica doesn't offer that one it may
 * just not know it yet, so the product service is asked: a new product can be bought at once.
 */
const createOffers =
  ({ store, catalogue, currency }: CartDeps): FindOffers =>
  async (cart, wanted) => {
    const skus = cart.lines.map(({ sku }) => sku);
    if (wanted !== undefined && !skus.includes(wanted)) skus.push(wanted);
    const known = offersIn(await store.catalogueOf(skus), currency);
    if (wanted === undefined || known.has(wanted)) return known;
    const owners = await catalogue.bySkus([wanted]);
    if (owners.length === 0) return known;
    for (const product of owners) await store.saveProduct(replicaOf(product));
    return offersIn(await store.catalogueOf(skus), currency);
  };

const buyersUseCases = (deps: CartDeps, writes: Writes, offersFor: FindOffers): CartUseCases => {
  const { discount, clock, currency } = deps;

  const edit = (
    buyer: User,
    ifMatch: number | undefined,
    decide: (cart: carts.Cart, offers: Offers) => carts.Decision,
    wanted?: (cart: carts.Cart) => string | undefined,
  ): CartReply =>
    writes.change(buyer.id, async (cart) => {
      if (cart.lock) return carts.refuseLocked(cart.lock);
      if (ifMatch !== undefined && ifMatch !== cart.version) return refuse('VERSION_CONFLICT');
      const offers = await offersFor(cart, wanted?.(cart));
      const decision = decide(cart, offers);
      return decision.ok ? { ...decision, reply: cartView(decision.cart, offers, currency) } : decision;
    });

  const priceOf = (buyer: User, lines: ReturnType<typeof linesToPrice>, codes: readonly string[]) =>
    discount.quote({ userId: buyer.id, role: buyer.role, currency, lines, codes });

  return {
    async view(buyer) {
      const cart = await writes.load(buyer.id);
      return cartView(cart, await offersFor(cart), currency);
    },

    async quote(buyer) {
      const cart = await writes.load(buyer.id);
      const lines = linesToPrice(cart, await offersFor(cart));
      const { vouchers } = cart;
      return quoteView(vouchers.length > 0 ? await priceOf(buyer, lines, vouchers) : plainQuote(lines, currency));
    },

    addItem: (buyer, item, ifMatch) =>
      edit(
        buyer,
        ifMatch,
        (cart, offers) => carts.addItem(cart, item, offers, clock.now()),
        () => item.sku,
      ),

    setQuantity: (buyer, item, ifMatch) =>
      edit(
        buyer,
        ifMatch,
        (cart, offers) => carts.setQuantity(cart, item, offers, clock.now()),
        // Only a new line needs an offer: one that is there can be changed also when its product is gone.
        ({ lines }) => (item.quantity > 0 && !lines.some(({ sku }) => sku === item.sku) ? item.sku : undefined),
      ),

    removeItem: (buyer, sku, ifMatch) => edit(buyer, ifMatch, (cart) => carts.removeItem(cart, sku, clock.now())),

    clear: (buyer, ifMatch) => edit(buyer, ifMatch, (cart) => carts.clear(cart, clock.now())),

    async addVoucher(buyer, code, ifMatch) {
      const cart = await writes.load(buyer.id);
      if (cart.lock) return carts.refuseLocked(cart.lock);
      if (ifMatch !== undefined && ifMatch !== cart.version) return refuse('VERSION_CONFLICT');
      // Asked once, outside the races for the cart: what makes a voucher incurable doesn't depend on the lines.
      const { rejected } = await priceOf(buyer, linesToPrice(cart, await offersFor(cart)), [code]);
      const rejection = rejected[0]?.reason;
      return edit(buyer, ifMatch, (cart) => carts.addVoucher(cart, { code, rejection }, clock.now()));
    },

    removeVoucher: (buyer, code, ifMatch) =>
      edit(buyer, ifMatch, (cart) => carts.removeVoucher(cart, code, clock.now())),
  };
};

const sagaCommands = ({ clock, currency }: CartDeps, writes: Writes, offersFor: FindOffers): CartCommands => ({
  lock: (command) =>
    writes.change(command.userId, async (cart) =>
      lockForSaga(cart, command, { offers: await offersFor(cart), currency }, clock.now()),
    ),

  async complete(command) {
    await writes.change(command.userId, (cart) => completeForSaga(cart, command, clock.now()));
    return { ok: true };
  },

  async merge({ fromUserId, toUserId }) {
    if (fromUserId === toUserId) return { merged: true };
    // A merge of the target that a crash left half done would refuse this one.
    await writes.load(toUserId);
    const frozen = await writes.change(fromUserId, (cart) => freezeForMerge(cart, toUserId, clock.now()));
    if (isRefusal(frozen)) return { merged: false };
    const nothingToMove = frozen.mergingInto === undefined;
    return { merged: nothingToMove || (await writes.finishMerge(frozen)) };
  },
});

const reactions = ({ store, clock }: CartDeps, writes: Writes): CartReactions => ({
  productChanged: (product) => store.saveProduct(replicaOf(product)),

  async unlock(undo) {
    await writes.change(undo.userId, (cart) => unlockForSaga(cart, undo, clock.now()));
  },

  async askAboutExpiredLocks(limit) {
    const due = await store.expiredLocks(clock.now(), limit);
    for (const cart of due) {
      const { cart: next, events } = askAboutLock(cart, clock.now());
      // A lost race means that the lock has ended, or that another replica has asked.
      if (next !== cart) await store.save(next, cart.version, events);
    }
    return due.length;
  },
});
