import type { Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { DiscountEffects } from './store.ts';

export const discountGroup = 'discount';
export const discountTopics: readonly Topic[] = ['product', 'order'];

/** What discount does about the facts of others; `Unit` is what an event's effect is written with. */
export const discountHandlers = <Unit>({
  effects,
  clock,
}: {
  effects: DiscountEffects<Unit>;
  clock: Clock;
}): Handlers<Unit> => ({
  'product.created': (event, unit) => effects.learn(unit, event.data),
  'product.updated': (event, unit) => effects.learn(unit, event.data),
  'product.deleted': (event, unit) => effects.learn(unit, event.data),

  'order.created': (event, unit) => effects.settle(unit, event.data.sagaId),

  /** Always answered where discount is asked to undo, also when it holds nothing: the saga waits for the answer. */
  async 'order.cancelled'({ data }, unit) {
    if (data.participants.includes('discount')) await effects.release(unit, data, data.kind, clock.now());
  },
});
