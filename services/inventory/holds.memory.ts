import type { MemoryTx } from '@shop/platform/memory/database.ts';
import { availableOf, type FoundShortage, type MovementKind } from './domain.ts';
import { reservationExpired } from './events.ts';
import type { HoldOutcome, HoldRequest, InventoryStore } from './store.ts';
import { enter, type MemoryInventory, type MemoryInventoryDeps, putStock, type Reservation } from './tables.memory.ts';

type Holding = Pick<InventoryStore<MemoryTx>, 'reserve' | 'commit' | 'undo' | 'lockHolds' | 'askAboutHolds'>;

export const holding = ({ data, outbox }: MemoryInventoryDeps): Holding => {
  const { db, reservations } = data;

  return {
    async reserve(request) {
      const stamp = outbox.stamp(request.now);
      const reply = db.atomically(() => {
        const refusal = outcomeWithoutHold(data, request);
        if (refusal) return refusal;
        const hold = newHold(request);
        reservations.set(hold.sagaId, hold);
        moveStock(data, hold, { kind: 'reserve', onHand: 0, reserved: 1, by: 'checkout', at: request.now });
        const { sagaId, orderId, lines, version } = hold;
        const said = { sagaId, orderId, lines: [...lines], version };
        outbox.emit(stamp, { type: 'inventory.reserved', key: orderId, data: said });
        return { outcome: 'held' } as const;
      });
      if (reply.outcome === 'held') outbox.nudge();
      return reply;
    },

    async commit(sagaId, now, tx) {
      const stamp = outbox.stamp(now);
      tx.write(() => {
        const held = reservations.get(sagaId);
        if (held?.state !== 'held') return;
        const hold: Reservation = { ...held, state: 'committed', version: held.version + 1 };
        reservations.set(sagaId, hold);
        moveStock(data, hold, { kind: 'commit', onHand: -1, reserved: -1, by: 'order', at: now });
        const { orderId, lines, version } = hold;
        const said = { sagaId, orderId, lines: [...lines], version };
        outbox.emit(stamp, { type: 'inventory.committed', key: orderId, data: said });
      });
      tx.afterCommit(outbox.nudge);
    },

    async undo(saga, kind, now, tx) {
      const stamp = outbox.stamp(now);
      tx.write(() => {
        const before = reservations.get(saga.sagaId) ?? tombstone(saga, now);
        const state =
          before.state === 'held'
            ? 'released'
            : before.state === 'committed' && kind === 'cancel'
              ? 'restocked'
              : before.state;
        const hold: Reservation = { ...before, state, version: before.version + 1 };
        reservations.set(hold.sagaId, hold);
        if (before.state === 'held')
          moveStock(data, hold, { kind: 'release', onHand: 0, reserved: -1, by: 'order', at: now });
        else if (state !== before.state)
          moveStock(data, hold, { kind: 'restock', onHand: 1, reserved: 0, by: 'order', at: now });
        const { sagaId, orderId, version } = hold;
        // A rollback gives nothing back of what an order has committed.
        const lines = state === 'committed' ? [] : [...hold.lines];
        outbox.emit(stamp, {
          type: 'inventory.released',
          key: orderId,
          data: { sagaId, orderId, kind, lines, version },
        });
      });
      tx.afterCommit(outbox.nudge);
    },

    // A transaction is one step here: nothing has to be locked for it.
    async lockHolds() {},

    async askAboutHolds(limit, now, again) {
      const asking = db.atomically(() => {
        const due = dueHolds(data, now, limit);
        for (const hold of due) {
          const pauseMs = Math.min(again.firstMs * 2 ** Math.min(hold.asks, 30), again.longestMs);
          const nextAskAt = now.getTime() + pauseMs;
          reservations.set(hold.sagaId, { ...hold, asks: hold.asks + 1, nextAskAt, version: hold.version + 1 });
        }
        const sorted = due.toSorted((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
        outbox.append(sorted.map(({ version, ...hold }) => reservationExpired({ ...hold, version: version + 1 })));
        return due.length;
      });
      if (asking > 0) outbox.nudge();
      return asking;
    },
  };
};

/** What a request is answered that holds nothing now; undefined when it is to be held. */
const outcomeWithoutHold = (
  { reservations, stock }: MemoryInventory,
  { sagaId, demand, now, notAfter }: HoldRequest,
): HoldOutcome | undefined => {
  const state = reservations.get(sagaId)?.state;
  if (state === 'held' || state === 'committed') return { outcome: 'held' };
  if (state) return { outcome: 'undone' };
  if (now > notAfter) return { outcome: 'late' };
  const shortages = demand.flatMap(({ sku, quantity }): FoundShortage[] => {
    const found = stock.get(sku);
    const available = found?.status === 'active' ? availableOf(found) : 0;
    const enough = found?.status === 'active' && available >= quantity;
    return enough ? [] : [{ sku, requested: quantity, available, known: found !== undefined }];
  });
  return shortages.length > 0 ? { outcome: 'short', shortages } : undefined;
};

const newHold = ({ sagaId, orderId, userId, demand, now, askAt }: HoldRequest): Reservation => ({
  ...{ sagaId, orderId, userId, state: 'held', version: 1, asks: 0 },
  lines: demand.map(({ sku, quantity }) => ({ sku, quantity })),
  createdAt: now.getTime(),
  nextAskAt: askAt.getTime(),
});

/** The undo came first: a hold without lines then refuses the do. */
const tombstone = (
  { sagaId, orderId, userId }: { sagaId: string; orderId: string; userId: string },
  now: Date,
): Reservation => ({
  ...{ sagaId, orderId, userId, state: 'released', lines: [], version: 0, asks: 0 },
  createdAt: now.getTime(),
  nextAskAt: now.getTime(),
});

/** What each unit of a saga's lines does to the two levels of its SKU. */
interface Move {
  kind: MovementKind;
  onHand: -1 | 0 | 1;
  reserved: -1 | 0 | 1;
  by: string;
  at: Date;
}

/** Every change of levels that a saga causes, with its entries in the ledger. */
const moveStock = (
  data: MemoryInventory,
  { sagaId, orderId, lines }: Reservation,
  { kind, onHand, reserved, by, at }: Move,
): void => {
  for (const { sku, quantity } of lines) {
    const before = data.stock.get(sku);
    if (!before) throw new Error(`saga ${sagaId} names a SKU without stock: ${sku}`);
    putStock(data, {
      ...before,
      onHand: before.onHand + onHand * quantity,
      reserved: before.reserved + reserved * quantity,
      version: before.version + 1,
      updatedAt: at,
    });
    const deltas = { deltaOnHand: onHand * quantity, deltaReserved: reserved * quantity };
    enter(data, { sku, kind, ...deltas, sagaId, orderId, by, at });
  }
};

const dueHolds = ({ reservations }: MemoryInventory, now: Date, limit: number): Reservation[] =>
  [...reservations.all()]
    .filter(({ state, nextAskAt }) => state === 'held' && nextAskAt <= now.getTime())
    .sort((a, b) => a.nextAskAt - b.nextAskAt || (a.sagaId < b.sagaId ? -1 : 1))
    .slice(0, limit);
