import type { AnyShopEvent, EventData, Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import type { Apply } from '@shop/platform/messaging/inbox.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { DiscountEffects } from './store.ts';

export const discountGroup = 'discount';
export const discountTopics: readonly Topic[] = ['product', 'order'];

interface Deps<Unit> {
  effects: DiscountEffects<Unit>;
  clock: Clock;
}

/** What discount does about the facts of others; `Unit` is what an event's effect is written with. */
export const discountHandlers = <Unit>({ effects, clock }: Deps<Unit>): Handlers<Unit> => ({
  'product.created': (event, unit) => effects.learn(unit, event.data),
  'product.updated': (event, unit) => effects.learn(unit, event.data),
  'product.deleted': (event, unit) => effects.learn(unit, event.data),

  'order.created': (event, unit) => effects.settle(unit, event.data.sagaId),

  /** Always answered where discount is asked to undo, also when it holds nothing: the saga waits for the answer. */
  async 'order.cancelled'({ data }, unit) {
    if (isOurs(data)) await effects.release(unit, data, data.kind, clock.now());
  },
});

const isOurs = ({ participants }: EventData['order.cancelled']): boolean => participants.includes('discount');

/** Buyers who use a voucher wait for the transaction that has its lock: it shall not be a long one. */
const mostInOneTransaction = 25;

/**
 * Wraps the consumer's `apply`: a transaction that gives several sagas' vouchers back locks them in one order before its
 * first event, so that it can't meet a checkout that redeems the same vouchers the other way round; and it handles few
 * events.
 */
export const inSortedLocks = <Unit>({ effects, clock }: Deps<Unit>, apply: Apply<Unit>): Apply<Unit> => ({
  async batch(events, handle) {
    for (let from = 0; from < events.length; from += mostInOneTransaction) {
      const some = events.slice(from, from + mostInOneTransaction);
      const sagas = endedBy(some);
      let locked: Unit | undefined;
      await apply.batch(some, async (event, unit) => {
        // A transaction that is run again has to lock again.
        if (sagas.length > 1 && locked !== unit) await effects.lock(unit, sagas, clock.now());
        locked = unit;
        await handle(event, unit);
      });
    }
  },
  buried: (event) => apply.buried(event),
});

const endedBy = (events: readonly AnyShopEvent[]) =>
  events.flatMap((event) => (event.type === 'order.cancelled' && isOurs(event.data) ? [event.data] : []));
