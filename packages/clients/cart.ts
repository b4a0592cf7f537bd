import type { CartCommands, CartDemand, CartQueries, CartSnapshot, LockReply } from '@shop/contracts/commands.ts';
import type { Caller } from '@shop/platform/http-client/caller.ts';
import { isObject, patience } from './common.ts';

type Locked = { ok: true; snapshot: CartSnapshot };

const isLocked = (value: unknown): value is Locked =>
  isObject(value) && value.ok === true && isObject(value.snapshot) && Array.isArray(value.snapshot.lines);
const isDone = (value: unknown): value is { ok: true } => isObject(value) && value.ok === true;
const isMerged = (value: unknown): value is { merged: boolean } => isObject(value) && typeof value.merged === 'boolean';

const isDemand = (value: unknown): value is CartDemand =>
  isObject(value) && Array.isArray(value.lines) && Array.isArray(value.vouchers);

/** The commands of cart, over HTTP. They throw CallFailed where the outcome is unknown. */
export const httpCartCommands = ({ call }: Pick<Caller, 'call'>): CartCommands & CartQueries => ({
  demandOf: ({ userId }) =>
    call({ path: '/internal/cart/demand', body: { userId }, isReply: isDemand, withinMs: patience.user }),

  lock: ({ sagaId, orderId, userId, notAfter }) =>
    call<LockReply>({
      path: '/internal/cart/lock',
      body: { sagaId, orderId, userId, notAfter },
      refusals: [
        'CART_EMPTY',
        'CHECKOUT_IN_PROGRESS',
        'PRICE_CHANGED',
        'PRODUCT_UNAVAILABLE',
        'SAGA_UNDONE',
        'CHECKOUT_TIMED_OUT',
      ],
      isReply: isLocked,
      withinMs: patience.saga,
      notAfter,
    }),

  complete: ({ sagaId, orderId, userId }) =>
    call({
      path: '/internal/cart/complete',
      body: { sagaId, orderId, userId },
      isReply: isDone,
      withinMs: patience.saga,
    }),

  merge: ({ fromUserId, toUserId }) =>
    call({
      path: '/internal/cart/merge',
      body: { fromUserId, toUserId },
      isReply: isMerged,
      withinMs: patience.user,
    }),
});
