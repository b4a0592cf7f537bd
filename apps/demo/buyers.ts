import { stopwatch } from '@shop/platform/time/system.ts';
import type { Checkout, Order } from '@shop/sdk/api.ts';
import { ShopError, ShopUnreachable } from '@shop/sdk/errors.ts';
import type { Shop } from '@shop/sdk/shop.ts';

/** Somebody who buys with one key, before and after the shop is killed. */
export interface Buyer {
  number: number;
  shop: Shop;
  key: string;
  /** The checkout as last seen before the kill; none where no answer had come. */
  seen?: Checkout;
}

/** What a purchase came to, `ms` after it was sent again. */
export interface Ending {
  buyer: Buyer;
  order?: Order;
  refusal?: string;
  ms: number;
}

/** Buys, and keeps what is seen of it until the signal; a shop that dies meanwhile is no error. */
export const startToBuy = async (buyer: Buyer, signal: AbortSignal): Promise<void> => {
  try {
    buyer.seen = await buyer.shop.checkouts.start({}, { idempotencyKey: buyer.key, signal });
    for await (const checkout of buyer.shop.checkouts.watch(buyer.seen.id, signal)) {
      if (!signal.aborted) buyer.seen = checkout;
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof ShopUnreachable)) throw error;
  }
};

/** Where a checkout was: its end, or the step that it was at. */
export const heldBy = ({ status, steps }: Checkout): string => {
  if (status === 'completed') return 'completed';
  const step = steps.at(-1);
  if (!step) return 'stored';
  return status === 'running' ? `${step.name} ${step.status}` : status;
};

/** Sends the purchase again with its key: its checkout's outcome, whether it had begun before or begins now. */
export const endingOf = async (buyer: Buyer): Promise<Ending> => {
  const elapsed = stopwatch();
  try {
    let checkout: Checkout = await buyer.shop.checkouts.buy({}, { idempotencyKey: buyer.key });
    for await (checkout of buyer.shop.checkouts.watch(checkout.id));
    const ms = elapsed();
    if (checkout.status !== 'completed') return { buyer, refusal: checkout.problem?.code, ms };
    return { buyer, order: await buyer.shop.orders.get(checkout.orderId), ms };
  } catch (error) {
    if (!(error instanceof ShopError && error.problem.checkoutId)) throw error;
    return { buyer, refusal: error.code, ms: elapsed() };
  }
};
