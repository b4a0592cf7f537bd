import type { SagaRef } from '@shop/contracts/commands.ts';
import type { EventData, NewEvent, Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import type { LockFor } from '@shop/platform/messaging/sorted-locks.ts';
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

/** Takes the locks of all vouchers that a batch gives back, in the order in which checkouts take them. */
export const discountLocks =
  <Unit>({ effects, clock }: Deps<Unit>): LockFor<Unit> =>
  async (events, unit) => {
    const sagas = events.flatMap((event) =>
      event.type === 'order.cancelled' && isOurs(event.data) ? [event.data] : [],
    );
    if (sagas.length > 1) await effects.lock(unit, sagas, clock.now());
  };

/** The question of an application that has waited too long for its order. */
export const redemptionExpired = ({ sagaId, orderId, userId, version }: SagaRef & { version: number }): NewEvent => ({
  type: 'discount.redemption_expired',
  key: orderId,
  data: { sagaId, orderId, userId, version },
});
