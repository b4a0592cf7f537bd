import { isRefusal } from '@shop/contracts/problems.ts';
import type { MemoryTx } from '@shop/platform/memory/database.ts';
import { onceInMemory } from '@shop/platform/memory/idempotency.ts';
import { obstacleTo, type Stock } from './domain.ts';
import { adjusted } from './events.ts';
import type { Adjustment, AdjustReply, InventoryStore } from './store.ts';
import { enter, type MemoryInventoryDeps, putStock } from './tables.memory.ts';

export const adjusting = (deps: MemoryInventoryDeps): Pick<InventoryStore<MemoryTx>, 'adjust'> => ({
  async adjust(adjustment, key) {
    const { db, keys, outbox } = deps.data;
    const waiting = outbox.events.size();
    const effect = () => adjustLevels(deps, adjustment);
    const reply = db.atomically(() => (key ? onceInMemory(keys, { ...key, now: adjustment.now }, effect) : effect()));
    if (isRefusal(reply)) return reply;
    // The first reply once more has told nothing.
    if (outbox.events.size() > waiting) deps.outbox.nudge();
    // A stored reply is JSON, so its date is text.
    return { ...reply, updatedAt: new Date(reply.updatedAt) };
  },
});

const adjustLevels = ({ data, outbox }: MemoryInventoryDeps, adjustment: Adjustment): AdjustReply => {
  const { sku, delta, reason, note, by, now } = adjustment;
  const before = data.stock.get(sku);
  const obstacle = obstacleTo(before, adjustment);
  if (obstacle || !before) return obstacle as Exclude<AdjustReply, Stock>;
  const stock: Stock = { ...before, onHand: before.onHand + delta, version: before.version + 1, updatedAt: now };
  putStock(data, stock);
  const deltas = { deltaOnHand: delta, deltaReserved: 0 };
  enter(data, { sku, kind: reason, ...deltas, ...(note !== undefined && { note }), by, at: now });
  outbox.append([adjusted(stock, adjustment)]);
  return stock;
};
