import { gathered } from '@shop/platform/grouping/gathered.ts';
import { grouped } from '@shop/platform/grouping/grouped.ts';
import { isSerializationRace } from '@shop/platform/postgres/errors.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { InventoryStoreDeps } from './deps.postgres.ts';
import { reservationExpired } from './events.ts';
import type { HoldOutcome, HoldRequest, InventoryStore } from './store.ts';
import type { InventoryTables } from './tables.postgres.ts';

type Holding = Pick<
  InventoryStore<Tx<InventoryTables>>,
  'reserve' | 'applyProduct' | 'commit' | 'undo' | 'lockHolds' | 'askAboutHolds'
>;

/** How often a reservation that loses a deadlock is tried. */
const mostAttempts = 5;

export const holding = (deps: InventoryStoreDeps): Holding => {
  const reserve = reserving(deps);
  const commits = gathered(commitAll);
  return {
    async reserve(request) {
      const reply = await reserve({ ...request, event: deps.ids.uuid(), traceparent: currentTrace() });
      if (reply.outcome === 'held') deps.outbox.nudge();
      return reply;
    },

    async applyProduct({ id, version, status, variants }, now, tx) {
      if (tx) await commits.flush(tx);
      await (tx ?? deps.pg).query({
        name: 'apply-product',
        text: 'select apply_product($1, $2, $3, $4, $5, $6)',
        values: [
          id,
          version,
          status === 'deleted',
          variants.map(({ sku }) => sku),
          variants.map(({ initialStock }) => initialStock ?? 0),
          now,
        ],
      });
    },

    async commit(sagaId, now, tx) {
      commits.add(tx, { sagaId, now, event: deps.ids.uuid(), traceparent: currentTrace() });
      tx.afterCommit(deps.outbox.nudge);
    },

    async undo({ sagaId, orderId, userId }, kind, now, tx) {
      await commits.flush(tx);
      await tx.query({
        name: 'undo-reservation',
        text: 'select undo_reservation($1, $2, $3, $4, $5, $6, $7)',
        values: [sagaId, orderId, userId, kind, now, deps.ids.uuid(), currentTrace()],
      });
      tx.afterCommit(deps.outbox.nudge);
    },

    async lockHolds(sagaIds, tx) {
      await tx.query({ name: 'lock-holds', text: 'select lock_holds($1)', values: [sagaIds] });
    },

    askAboutHolds: (limit, now, again) =>
      deps.pg.transaction(async (tx) => {
        const asking = await tx.query<AskingRow>({
          text: askStatement,
          values: [now, limit, again.firstMs / 1000, again.longestMs / 1000],
        });
        // An update answers its rows in any order.
        const sorted = asking.sort((a, b) => (a.sagaId < b.sagaId ? -1 : 1));
        await deps.outbox.append(tx, sorted.map(reservationExpired));
        return asking.length;
      }),
  };
};

interface Committing {
  sagaId: string;
  now: Date;
  event: string;
  traceparent: string | null;
}

/** All commits of one transaction; the function is in migrations/0006_together.sql. */
const commitAll = async (tx: Tx<InventoryTables>, commits: readonly Committing[]): Promise<void> => {
  await tx.query({
    name: 'commit-together',
    text: 'select commit_together($1, $2, $3, $4)',
    values: [
      commits.map(({ sagaId }) => sagaId),
      commits.at(-1)?.now,
      commits.map(({ event }) => event),
      commits.map(({ traceparent }) => traceparent),
    ],
  });
};

/** What a reservation is written with. */
type Reserving = HoldRequest & { event: string; traceparent: string | null };

/** The most reservations in one statement: the buyers of a SKU wait for it. */
const mostTogether = 50;

/**
 * Reservations that wait while others are made are made together, first come first served, each with its own outcome:
 * one round trip and one commit, however many want the same SKU. The function is in migrations/0006_together.sql.
 */
const reserving = (deps: InventoryStoreDeps): ((request: Reserving) => Promise<HoldOutcome>) =>
  grouped({
    most: mostTogether,
    keyOf: ({ sagaId }: Reserving) => sagaId,
    async run(requests: readonly Reserving[]) {
      const [only] = requests;
      if (requests.length === 1 && only) return [await reserveOne(deps, only)];
      const rows = await deps.pg.query<{ saga: string; reply: HoldOutcome }>({
        name: 'reserve-together',
        text: 'select saga, reply from reserve_together($1)',
        values: [JSON.stringify(requests.map(asRow))],
      });
      const replies = new Map(rows.map(({ saga, reply }) => [saga, reply]));
      return requests.map(({ sagaId }) => replies.get(sagaId) as HoldOutcome);
    },
  });

const asRow = (request: Reserving, n: number) => ({
  n,
  saga: request.sagaId,
  order: request.orderId,
  user: request.userId,
  lines: request.demand.map(({ sku, quantity }) => ({ sku, quantity })),
  not_after: request.notAfter,
  now: request.now,
  ask_at: request.askAt,
  event: request.event,
  traceparent: request.traceparent,
});

/** One round trip and one commit; the function is in migrations/0002_reserve.sql. */
const reserveOne = async ({ pg, ids }: InventoryStoreDeps, request: Reserving): Promise<HoldOutcome> => {
  const { event, traceparent, sagaId, orderId, userId, demand, notAfter, now, askAt } = request;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [row] = await pg.query<{ reply: HoldOutcome }>({
        name: 'reserve',
        text: 'select reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as reply',
        values: [
          sagaId,
          orderId,
          userId,
          demand.map(({ sku }) => sku),
          demand.map(({ quantity }) => quantity),
          notAfter,
          now,
          askAt,
          // A new one for each further try: the one before may have been taken.
          attempt === 1 ? event : ids.uuid(),
          traceparent,
        ],
      });
      return (row as { reply: HoldOutcome }).reply;
    } catch (error) {
      // The loser of a deadlock was rolled back whole: the same again, with a new event id.
      if (attempt === mostAttempts || !isSerializationRace(error)) throw error;
    }
  }
};

interface AskingRow {
  sagaId: string;
  orderId: string;
  userId: string;
  version: number;
}

// Serves the loop of askAboutExpiredHolds, through the index reservations_asking. What a commit or an undo has in its
// hands is skipped: it needs no answer any more. 2^30 keeps the doubling finite long after it reached its longest.
const askStatement = `
  with due as (
    select saga_id from reservations
      where state = 'held' and next_ask_at <= $1
      order by next_ask_at, saga_id limit $2
      for update skip locked
  )
  update reservations r
    set asks = r.asks + 1,
        next_ask_at = $1::timestamptz + make_interval(secs => least($3::float8 * 2 ^ least(r.asks, 30), $4::float8)),
        version = r.version + 1
    from due
    where r.saga_id = due.saga_id
    returning r.saga_id as "sagaId", r.order_id as "orderId", r.user_id as "userId", r.version`;
