import type { CartCommands } from '@shop/contracts/commands.ts';
import type { Topic } from '@shop/contracts/events.ts';
import type { Handlers } from '@shop/platform/messaging/consumer.ts';
import type { CartReactions } from './service.ts';

export const cartGroup = 'cart';
export const cartTopics: readonly Topic[] = ['product', 'order'];

/**
 * What the cart does about the facts of others. A document store has no inbox in the same transaction, so each handler
 * may see an event again: products go by version, sagas by what the cart remembers of them.
 */
export const cartHandlers = (
  cart: Pick<CartReactions, 'productChanged' | 'unlock'> & Pick<CartCommands, 'complete'>,
): Handlers<undefined> => ({
  'product.created': ({ data }) => cart.productChanged(data),
  'product.updated': ({ data }) => cart.productChanged(data),
  'product.deleted': ({ data }) => cart.productChanged(data),

  async 'order.cancelled'({ data }) {
    const { sagaId, orderId, userId, kind, participants } = data;
    // The cart of an order that exists was emptied long ago: only a rollback concerns it.
    if (kind === 'rollback' && participants.includes('cart')) await cart.unlock({ sagaId, orderId, userId, kind });
  },

  async 'order.created'({ data }) {
    const { sagaId, orderId, userId, inAnswerTo } = data;
    // Step 5 completes the cart; the event does so only where a lock that held for too long has asked.
    if (inAnswerTo === 'cart') await cart.complete({ sagaId, orderId, userId });
  },
});
