import type { InventoryCommands, ReserveReply, StockQueries } from '@shop/contracts/commands.ts';
import type { Caller } from '@shop/platform/http-client/caller.ts';
import { isObject, patience } from './common.ts';

const isReserved = (value: unknown): value is { ok: true } => isObject(value) && value.ok === true;

type Available = Awaited<ReturnType<StockQueries['availableOf']>>;
const isAvailable = (value: unknown): value is Available => isObject(value) && Array.isArray(value.stock);

/** The commands of inventory, over HTTP. They throw CallFailed where the outcome is unknown. */
export const httpInventoryCommands = ({ call }: Pick<Caller, 'call'>): InventoryCommands & StockQueries => ({
  availableOf: ({ skus }) =>
    call({ path: '/internal/inventory/available', body: { skus }, isReply: isAvailable, withinMs: patience.user }),

  reserve: ({ sagaId, orderId, userId, notAfter, lines }) =>
    call<ReserveReply>({
      path: '/internal/inventory/reserve',
      body: { sagaId, orderId, userId, notAfter, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })) },
      refusals: ['OUT_OF_STOCK', 'SAGA_UNDONE', 'CHECKOUT_TIMED_OUT'],
      isReply: isReserved,
      withinMs: patience.saga,
      notAfter,
    }),
});
