import { Problem } from '@shop/contracts/problems.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { endMerge, takeIn } from './domain.merge.ts';
import { type Cart, type Change, type Decision, emptyCart } from './domain.ts';
import { recentCarts } from './recent-carts.ts';
import type { CartStore } from './store.ts';

export interface WritesDeps {
  store: CartStore;
  clock: Clock;
  ids: Ids;
}

/** Decides about a cart as it is stored now; called again on the newer one when a race was lost. */
export type Decide<Made extends Decision<unknown>> = (cart: Cart) => Made | Promise<Made>;

/** What a decision answers: the reply of its change, or its refusal. */
export type ReplyOf<Made> = Made extends Change<infer Reply> ? Reply : Made;

export interface Writes {
  /** The user's cart, with no merge pending. */
  load(userId: string): Promise<Cart>;
  /**
   * Loads, decides and saves in one guarded write, until no other writer came in between. A refusal changes nothing.
   * @throws Problem UNAVAILABLE when others kept coming in between for 5 s.
   */
  change<Made extends Decision<unknown>>(userId: string, decide: Decide<Made>): Promise<ReplyOf<Made>>;
  /** Brings the merge of a frozen cart to its end; true when it was taken in. */
  finishMerge(frozen: Cart): Promise<boolean>;
}

const deadlineMs = 5_000;
const longestPauseMs = 80;

/** How carts are read and written: a merge that a crash left half done is finished first, lost races are run again. */
export const createWrites = ({ store, clock, ids }: WritesDeps): Writes => {
  const recent = recentCarts();
  const stored = async (userId: string): Promise<Cart> => (await store.find(userId)) ?? emptyCart(userId);

  /** Runs `attempt` until it answers; the pauses grow and differ, so that writers who met don't meet again. */
  const untilAnswered = async <T>(attempt: () => Promise<T | undefined>): Promise<T> => {
    const deadline = clock.now().getTime() + deadlineMs;
    for (let lost = 0; ; lost++) {
      const answer = await attempt();
      if (answer !== undefined) return answer;
      if (clock.now().getTime() >= deadline) {
        throw new Problem('UNAVAILABLE', { retryAfter: 1, detail: 'The cart is being changed from too many sides.' });
      }
      await clock.sleep(ids.fraction() * Math.min(longestPauseMs, 4 * 2 ** Math.min(lost, 8)));
    }
  };

  /** The reply in a box, since `undefined` may be one. */
  const changeFrom = <Made extends Decision<unknown>>(
    read: () => Promise<Cart>,
    decide: Decide<Made>,
  ): Promise<{ reply: ReplyOf<Made> }> =>
    untilAnswered(async () => {
      const cart = await read();
      const decision = await decide(cart);
      if (!decision.ok) return { reply: decision as ReplyOf<Made> };
      const nothingToStore = decision.cart === cart;
      const done = nothingToStore || (await save(decision, cart));
      return done ? { reply: decision.reply as ReplyOf<Made> } : undefined;
    });

  const save = async ({ cart: next, events }: Change<unknown>, cart: Cart): Promise<boolean> => {
    recent.drop(next.userId);
    const saved = await store.save(next, cart.version, events);
    if (saved) recent.keep(next);
    return saved;
  };

  /**
   * Decides about the cart as this process stored it last, without reading it. Only a change that could be stored counts:
   * a refusal may rest on what is no longer so.
   */
  const changeRecent = async <Made extends Decision<unknown>>(
    userId: string,
    decide: Decide<Made>,
  ): Promise<{ reply: ReplyOf<Made> } | undefined> => {
    const cart = recent.get(userId);
    if (cart === undefined || cart.mergingInto !== undefined) return undefined;
    const decision = await decide(cart);
    if (!decision.ok || decision.cart === cart) return undefined;
    return (await save(decision, cart)) ? { reply: decision.reply as ReplyOf<Made> } : undefined;
  };

  const finishMerge = async (frozen: Cart): Promise<boolean> => {
    if (frozen.mergingInto === undefined) return false;
    const { userId: target } = frozen.mergingInto;
    // The target is taken as it is stored: where it is frozen itself it refuses, so merges never wait for each other.
    const { reply: taken } = await changeFrom(
      () => stored(target),
      (cart) => takeIn(cart, frozen, clock.now()),
    );
    await changeFrom(
      () => stored(frozen.userId),
      (cart) => endMerge(cart, frozen, taken, clock.now()),
    );
    return taken;
  };

  const load = (userId: string): Promise<Cart> =>
    untilAnswered(async () => {
      const cart = await stored(userId);
      if (cart.mergingInto === undefined) return cart;
      await finishMerge(cart);
      return undefined;
    });

  return {
    load,
    async change(userId, decide) {
      const done = (await changeRecent(userId, decide)) ?? (await changeFrom(() => load(userId), decide));
      return done.reply;
    },
    finishMerge,
  };
};
