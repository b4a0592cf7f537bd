import type { CartQueries, InventoryCommands, Shortage, StockQueries } from '@shop/contracts/commands.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Clock } from '@shop/platform/time/clock.ts';

/** For so long a SKU that was short is looked at before a checkout of it begins. */
const suspectMs = 5_000;
const mostSuspects = 1_000;

export interface EarlyRefusals {
  /** The same commands; what they refuse for want of stock is noted. */
  noting<Commands extends InventoryCommands>(inventory: Commands): Commands;
  /** The refusal of a checkout that could only come to it; undefined where it may succeed, or nobody knows. */
  look(userId: string): Promise<Refusal<'OUT_OF_STOCK'> | undefined>;
}

export interface EarlyRefusalDeps {
  cart: CartQueries;
  inventory: StockQueries;
  clock: Clock;
}

/**
 * Refuses checkouts for want of stock before anything is written. What was short a moment ago only says where to look:
 * the refusal rests on the stock as it is read after the checkout was asked for, so it ends with the shortage. Nothing
 * is ever granted by it.
 */
export const createEarlyRefusals = ({ cart, inventory, clock }: EarlyRefusalDeps): EarlyRefusals => {
  const suspects = new Map<string, number>();
  const now = () => clock.now().getTime();
  /** The look that has not begun yet, by SKU: all who ask until then share it. */
  const looks = new Map<string, Promise<number | undefined>>();

  const suspect = (sku: string): void => {
    if (suspects.size >= mostSuspects) suspects.clear();
    suspects.set(sku, now() + suspectMs);
  };

  const isSuspect = (sku: string): boolean => {
    const until = suspects.get(sku);
    if (until !== undefined && until <= now()) suspects.delete(sku);
    return suspects.has(sku);
  };

  /** What can be had of a SKU, as read after this was called. */
  const availableOf = (sku: string): Promise<number | undefined> => {
    const shared = looks.get(sku);
    if (shared) return shared;
    const look = clock.sleep(1).then(async () => {
      looks.delete(sku);
      const { stock } = await inventory.availableOf({ skus: [sku] });
      return stock.find((one) => one.sku === sku)?.available;
    });
    looks.set(sku, look);
    return look;
  };

  const shortagesOf = async (userId: string): Promise<Shortage[]> => {
    const { lines } = await cart.demandOf({ userId });
    const shortages: Shortage[] = [];
    for (const { sku, quantity: requested } of lines.filter(({ sku }) => isSuspect(sku))) {
      const available = await availableOf(sku);
      if (available === undefined || available >= requested) suspects.delete(sku);
      else {
        suspect(sku);
        shortages.push({ sku, requested, available });
      }
    }
    return shortages;
  };

  return {
    noting: (commands) => ({
      ...commands,
      async reserve(command) {
        const reply = await commands.reserve(command);
        if (isRefusal(reply) && reply.code === 'OUT_OF_STOCK')
          for (const { sku } of reply.errors as Shortage[]) suspect(sku);
        return reply;
      },
    }),
    async look(userId) {
      if (suspects.size === 0) return undefined;
      // Who can't be asked now is asked by the checkout itself, which knows what to do then.
      const errors = await shortagesOf(userId).catch(() => []);
      return errors.length > 0 ? refuse('OUT_OF_STOCK', { errors: errors.map((error) => ({ ...error })) }) : undefined;
    },
  };
};
