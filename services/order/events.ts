import type { Participant } from '@shop/contracts/commands.ts';
import type { ShopEvent, Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { SagaStore } from './store.ts';

export const orderGroup = 'order';
export const orderTopics: readonly Topic[] = ['inventory', 'cart', 'discount'];

type Answer = ShopEvent<'cart.unlocked' | 'discount.released' | 'inventory.released'>;
type Question = ShopEvent<'cart.lock_expired' | 'discount.redemption_expired' | 'inventory.reservation_expired'>;

/** Answers to undos and questions of holds. Each is idempotent by the saga's own state, so no inbox is needed. */
export const orderHandlers = (store: SagaStore, clock: Clock): Handlers<undefined> => {
  const at = () => clock.now().toISOString();
  const answeredBy =
    (participant: Participant) =>
    ({ data }: Answer) =>
      store.answered({ sagaId: data.sagaId, orderId: data.orderId, kind: data.kind, participant, at: at() });
  const askedBy =
    (participant: Participant) =>
    ({ data }: Question) =>
      store.answerQuestion({ sagaId: data.sagaId, orderId: data.orderId, userId: data.userId, participant, at: at() });
  return {
    'cart.unlocked': answeredBy('cart'),
    'discount.released': answeredBy('discount'),
    'inventory.released': answeredBy('inventory'),
    'cart.lock_expired': askedBy('cart'),
    'discount.redemption_expired': askedBy('discount'),
    'inventory.reservation_expired': askedBy('inventory'),
    'cart.completed': async ({ data }) => {
      await store.finishByFact(data.sagaId, at());
    },
  };
};
