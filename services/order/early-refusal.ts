import type {
  CartDemand,
  CartQueries,
  DiscountCommands,
  Quote,
  Role,
  Shortage,
  StockQueries,
  VoucherQueries,
  VoucherRejection,
} from '@shop/contracts/commands.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { type CheckoutCommands, totalChanged } from './checkout.saga.ts';
import type { CheckoutRequest } from './domain.ts';
import { createSharedLook } from './shared-look.ts';
import { createSuspects } from './suspects.ts';

/** What a checkout can be refused before anything is written. */
export type EarlyRefusal = Refusal<'VOUCHER_REJECTED' | 'OUT_OF_STOCK'>;

export interface EarlyRefusals {
  /** The same commands; what they refuse for want of stock, or of uses of a voucher, is noted. */
  noting(commands: CheckoutCommands): CheckoutCommands;
  /** The refusal of a checkout that could only come to it; undefined where it may succeed, or nobody knows. */
  look(caller: { id: string; role: Role }, request: CheckoutRequest): Promise<EarlyRefusal | undefined>;
}

export interface EarlyRefusalDeps {
  cart: CartQueries;
  discount: VoucherQueries & Pick<DiscountCommands, 'quote'>;
  inventory: StockQueries;
  clock: Clock;
}

/**
 * Refuses checkouts before anything is written, where stock or the uses of a voucher are short. What was short a moment
 * ago only says where to look: the refusal rests on what is read after the checkout was asked for, so it ends with the
 * shortage. It is the one that the checkout's first steps would come to, in their order. Nothing is ever granted by it.
 */
export const createEarlyRefusals = ({ cart, discount, inventory, clock }: EarlyRefusalDeps): EarlyRefusals => {
  const skus = createSuspects(clock);
  const vouchers = createSuspects(clock);
  /** Vouchers that one user has used as often as each may. */
  const usedUp = createSuspects(clock);

  const available = createSharedLook(clock, async (asked) => {
    const { stock } = await inventory.availableOf({ skus: asked });
    return new Map(stock.map((one) => [one.sku, one.available]));
  });
  const exhausted = createSharedLook(clock, async (asked) => {
    const { codes } = await discount.exhaustedOf({ codes: asked });
    return new Map(asked.map((code) => [code, codes.includes(code)]));
  });

  /** What the cart wants of SKUs and can't have now, where one of them was short a moment ago. */
  const shortagesOf = async ({ lines }: CartDemand): Promise<Shortage[]> => {
    if (!lines.some(({ sku }) => skus.has(sku))) return [];
    const found = await Promise.all(lines.map(({ sku }) => available(sku)));
    const shortages = lines.flatMap(({ sku, quantity: requested }, at): Shortage[] => {
      const now = found[at];
      return now === undefined || now >= requested ? [] : [{ sku, requested, available: now }];
    });
    for (const { sku } of lines) skus.drop(sku);
    for (const { sku } of shortages) skus.add(sku);
    return shortages.sort((a, b) => (a.sku < b.sku ? -1 : 1));
  };

  /** Those of its vouchers that nobody can use now, in their order, where one was so a moment ago. */
  const exhaustedOf = async ({ vouchers: wanted }: CartDemand): Promise<string[]> => {
    if (!wanted.some(vouchers.has)) return [];
    const found = await Promise.all(wanted.map(exhausted));
    const codes = wanted.filter((_, at) => found[at]);
    for (const code of wanted) vouchers.drop(code);
    for (const code of codes) vouchers.add(code);
    return codes.sort();
  };

  const quoteOf = (caller: { id: string; role: Role }, { lines, vouchers: codes, currency }: CartDemand) =>
    discount.quote({ userId: caller.id, role: caller.role, currency, lines, codes });

  /** What the steps before the pivot would refuse, as far as anything of it is short; the cart's lock comes first. */
  const refusalOf: EarlyRefusals['look'] = async (caller, { expectedTotal }) => {
    const demand = await cart.demandOf({ userId: caller.id });
    const [codes, shortages] = await Promise.all([exhaustedOf(demand), shortagesOf(demand)]);
    const isUsedUp = demand.vouchers.some((code) => usedUp.has(nameOf(code, caller.id)));
    if (codes.length === 0 && shortages.length === 0 && !isUsedUp) return undefined;
    // What nobody can use needs no price; with other vouchers beside it, theirs belong to the refusal too.
    if (codes.length > 0 && codes.length === demand.vouchers.length)
      return rejected(codes.map((code) => ({ code, reason: 'USAGE_LIMIT' })));
    const hasVouchers = demand.vouchers.length > 0;
    const quote = hasVouchers ? await quoteOf(caller, demand) : plainQuote(demand.lines, demand.currency);
    if (quote.rejected.length > 0) return rejected(quote.rejected);
    if (shortages.length === 0 || totalChanged(expectedTotal, quote)) return undefined;
    return refuse('OUT_OF_STOCK', { errors: shortages.map((error) => ({ ...error })) });
  };

  return {
    noting: (commands) => ({
      ...commands,
      discount: {
        ...commands.discount,
        async apply(command) {
          const reply = await commands.discount.apply(command);
          if (isRefusal(reply) && reply.code === 'VOUCHER_REJECTED')
            for (const { code, reason } of reply.errors as Quote['rejected']) {
              if (reason === 'USAGE_LIMIT') vouchers.add(code);
              if (reason === 'PER_USER_LIMIT') usedUp.add(nameOf(code, command.userId));
            }
          return reply;
        },
      },
      inventory: {
        ...commands.inventory,
        async reserve(command) {
          const reply = await commands.inventory.reserve(command);
          if (isRefusal(reply) && reply.code === 'OUT_OF_STOCK')
            for (const { sku } of reply.errors as Shortage[]) skus.add(sku);
          return reply;
        },
      },
    }),
    async look(caller, request) {
      if ([skus, vouchers, usedUp].every((suspects) => suspects.isEmpty())) return undefined;
      // Who can't be asked now is asked by the checkout itself, which knows what to do then.
      return refusalOf(caller, request).catch(() => undefined);
    },
  };
};

const rejected = (errors: readonly { code: string; reason: VoucherRejection }[]): EarlyRefusal =>
  refuse('VOUCHER_REJECTED', { errors: errors.map((error) => ({ ...error })) });

const nameOf = (code: string, userId: string): string => `${code} ${userId}`;
