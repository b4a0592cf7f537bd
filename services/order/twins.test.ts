import type { Participant } from '@shop/contracts/commands.ts';
import type { UndoKind } from '@shop/contracts/events.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import type { OutboxSource } from '@shop/platform/messaging/outbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { emptied, settableNow } from '@shop/platform/testing/postgres.ts';
import { countingIds, type ManualClock, manualClock } from '@shop/platform/testing/time.ts';
import { expectTwins, type Twin } from '@shop/platform/testing/twins.ts';
import fc from 'fast-check';
import { it } from 'vitest';
import { everyParticipant, placeOrder, type Saga, type Step, stepEnded, stepStarted, undoStarted } from './domain.ts';
import { createMemoryOrderStore } from './store.memory.ts';
import { createPostgresOrderStore } from './store.postgres.ts';
import type { OrderStore, Owned, SagaStore } from './store.ts';
import { createMemoryOrders } from './tables.memory.ts';
import { START, snapshot } from './testing/fixtures.ts';
import { orderDatabase } from './testing/world.ts';

const idOf = (kind: string, n: number) => `01900000-0000-7000-8${kind}-${String(n).padStart(12, '0')}`;
const users = [idOf('111', 0), idOf('111', 1)];
const sagaId = (n: number) => idOf('222', n);
const orderId = (n: number) => idOf('333', n);

/** A saga, or the cancel of its order, and whether its owner knows the epoch that is stored. */
interface Target {
  saga: number;
  kind: Saga['kind'];
  isStale: boolean;
}

type Call =
  | { call: 'begin'; saga: number; key: number; owner: string }
  | ({ call: 'pivot'; voucher: boolean } & Target)
  | ({ call: 'compensate'; participants: Participant[] } & Target)
  | ({ call: 'finish' | 'park' } & Target)
  | ({ call: 'postpone' | 'republish'; delay: number } & Target)
  | { call: 'finishByFact' | 'unpark'; saga: number; kind: Saga['kind'] }
  | { call: 'answered' | 'ask'; saga: number; kind: UndoKind; participant: Participant }
  | { call: 'heartbeat' | 'resign'; owner: string }
  | { call: 'claim'; owner: string; limit: number }
  | { call: 'cancel'; saga: number; by: number; admin: boolean; reason?: string; key?: number }
  | { call: 'advance'; saga: number; to: 'shipped' | 'delivered' }
  | { call: 'forget' | 'list'; limit: number }
  | { call: 'wait'; ms: number }
  | { call: 'look'; saga: number };

const saga = fc.nat(2);
const limit = fc.integer({ min: 1, max: 3 });
const owner = fc.constantFrom('one', 'two');
const kind = fc.constantFrom<Saga['kind']>('checkout', 'checkout', 'cancel');
const participant = fc.constantFrom(...everyParticipant);
const target = { saga, kind, isStale: fc.nat(5).map((n) => n === 0) };
const just = <T extends string>(...names: T[]) => fc.constantFrom(...names);

const calls: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ call: just('begin'), saga: fc.nat(4), key: fc.nat(4), owner }),
  { weight: 4, arbitrary: fc.record({ call: just('pivot'), voucher: fc.boolean(), ...target }) },
  {
    weight: 4,
    arbitrary: fc.record({
      call: just('compensate'),
      participants: fc.shuffledSubarray([...everyParticipant], { minLength: 0 }),
      ...target,
    }),
  },
  { weight: 4, arbitrary: fc.record({ call: just('finish', 'park'), ...target }) },
  {
    weight: 3,
    arbitrary: fc.record({ call: just('postpone', 'republish'), delay: fc.constantFrom(0, 1, 30), ...target }),
  },
  { weight: 2, arbitrary: fc.record({ call: just('finishByFact', 'unpark'), saga, kind }) },
  {
    weight: 5,
    arbitrary: fc.record({
      call: just('answered', 'ask'),
      saga,
      kind: just<UndoKind>('rollback', 'cancel'),
      participant,
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: just('heartbeat', 'resign'), owner }) },
  { weight: 2, arbitrary: fc.record({ call: just('claim'), owner, limit }) },
  {
    weight: 4,
    arbitrary: fc.record(
      { call: just('cancel'), saga, by: fc.nat(1), admin: fc.boolean(), reason: just('too late'), key: fc.nat(1) },
      { requiredKeys: ['call', 'saga', 'by', 'admin'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ call: just('advance'), saga, to: just('shipped', 'delivered') }) },
  fc.record({ call: just('forget', 'list'), limit }),
  { weight: 2, arbitrary: fc.record({ call: just('wait'), ms: fc.constantFrom(1, 1_000, 3_000, 12_000, 900_000) }) },
  { weight: 2, arbitrary: fc.record({ call: just('look'), saga }) },
);

interface Side {
  store: SagaStore & OrderStore;
  clock: ManualClock;
  source: OutboxSource;
  /** The sagas that were told of as changed. */
  told: string[];
  /** Tells the database how late it is. */
  setNow: (at: Date) => Promise<void>;
}

const twinOf = ({ store, clock, source, told, setNow }: Side): Twin<Call> => {
  const now = () => clock.now().toISOString();
  const found = async ({ saga, kind }: Pick<Target, 'saga' | 'kind'>): Promise<Saga | undefined> =>
    kind === 'checkout'
      ? store.find(sagaId(saga))
      : (await store.list({ limit: 100 })).find((one) => one.kind === 'cancel' && one.orderId === orderId(saga));
  const owned = async (aimed: Target): Promise<Owned> => {
    const { id, epoch } = (await found(aimed)) ?? { id: sagaId(9), epoch: 1 };
    return { id, epoch: aimed.isStale ? epoch - 1 : epoch };
  };
  const steps = (): Step[] => stepEnded(stepStarted([], 'lockCart', now()), 'lockCart', 'done', now());

  const make = async (made: Call): Promise<unknown> => {
    switch (made.call) {
      case 'begin':
        return store.begin({
          ...{ id: sagaId(made.saga), orderId: orderId(made.saga), userId: users[made.key % 2] as string },
          ...{ role: 'customer', idempotencyKey: `key ${made.key}`, requestHash: 'x', request: {}, owner: made.owner },
          ...{ deadline: new Date(clock.now().getTime() + 10_000).toISOString(), createdAt: now() },
        });
      case 'pivot': {
        const saga = await found(made);
        if (!saga) return undefined;
        const quote = {
          ...plainQuote(snapshot.lines, 'USD'),
          discounts: made.voucher ? [{ code: 'TEN', amount: 0 }] : [],
        };
        return store.pivot(await owned(made), steps(), placeOrder(saga, snapshot, quote, now()));
      }
      case 'compensate': {
        const undoing = undoStarted(steps(), made.participants, now());
        const problem = refuse('OUT_OF_STOCK', { errors: [{ sku: 'MUG' }] });
        return store.compensate(await owned(made), {
          problem,
          participants: made.participants,
          steps: undoing,
          at: now(),
        });
      }
      case 'finish':
        return store.finish(await owned(made), steps(), now());
      case 'park':
        return store.park(await owned(made));
      case 'postpone':
        return store.postpone(await owned(made), steps(), made.delay);
      case 'republish':
        return store.republish(await owned(made), made.delay, now());
      case 'finishByFact':
        return store.finishByFact((await found(made))?.id ?? sagaId(9), now());
      case 'unpark':
        return store.unpark((await found(made))?.id ?? sagaId(9));
      case 'answered':
        return store.answered({ ...refOf(made), kind: made.kind, participant: made.participant, at: now() });
      case 'ask':
        return store.answerQuestion({
          ...refOf(made),
          userId: users[0] as string,
          participant: made.participant,
          at: now(),
        });
      case 'heartbeat':
        return store.heartbeat(made.owner);
      case 'resign':
        return store.resign(made.owner);
      case 'claim':
        return store.claim(made.owner, made.limit);
      case 'cancel':
        return store.cancelOrder({
          orderId: orderId(made.saga),
          by: { id: users[made.by] as string, role: made.admin ? 'admin' : 'customer' },
          ...(made.reason && { reason: made.reason }),
          ...(made.key !== undefined && { idempotencyKey: `cancel ${made.key}` }),
          requestHash: `${made.saga}`,
          at: now(),
        });
      case 'advance':
        return store.advanceOrder(orderId(made.saga), made.to, 'boss', now());
      case 'forget':
        return store.forgetDetails(clock.now(), made.limit);
      case 'list':
        return [await store.list({ limit: made.limit }), await store.listOrders({ limit: made.limit })];
      case 'wait':
        clock.advance(made.ms);
        return setNow(clock.now());
      case 'look':
        return {
          saga: await store.find(sagaId(made.saga)),
          cancel: await found({ ...made, kind: 'cancel' }),
          order: await store.findOrder(orderId(made.saga)),
          unfinished: await store.unfinished(),
          statistics: await store.statistics(60),
          breaches: (await store.audit()).sort(),
        };
    }
  };
  return {
    run: async (call) => ({ reply: await make(call), told: told.splice(0) }),
    said: () => source.pending(100_000),
  };
};

const refOf = ({ saga }: { saga: number }) => ({ sagaId: sagaId(saga), orderId: orderId(saga) });

const pg = await orderDatabase();
const setNow = await settableNow(pg);

const onPostgres = async (): Promise<Side> => {
  await emptied(pg, ['sagas', 'orders', 'owners']);
  await pg.query({ text: 'alter sequence order_numbers restart' });
  const [clock, ids, told] = [manualClock(START), countingIds(), [] as string[]];
  await setNow(clock.now());
  const outbox = createOutbox({ pg, service: 'order', clock, ids });
  const store = createPostgresOrderStore({ pg, outbox, ids, changed: (id) => told.push(id) });
  return { store, clock, source: outbox.source, told, setNow };
};

const inMemory = (): Side => {
  const [clock, ids, told] = [manualClock(START), countingIds(), [] as string[]];
  const data = createMemoryOrders();
  const outbox = createMemoryOutbox({ data: data.outbox, service: 'order', clock, ids });
  const store = createMemoryOrderStore({ data, outbox, clock, ids, changed: (id) => told.push(id) });
  return { store, clock, source: outbox.source, told, setNow: async () => {} };
};

/** What every history begins with: a saga that runs, one whose order is placed, and one that is completed. */
const opening: Call[] = [
  { call: 'begin', saga: 0, key: 0, owner: 'one' },
  { call: 'begin', saga: 1, key: 1, owner: 'one' },
  { call: 'begin', saga: 2, key: 2, owner: 'two' },
  { call: 'pivot', saga: 1, kind: 'checkout', isStale: false, voucher: false },
  { call: 'pivot', saga: 2, kind: 'checkout', isStale: false, voucher: false },
  { call: 'finish', saga: 2, kind: 'checkout', isStale: false },
];

const opened = async (side: Side): Promise<Twin<Call>> => {
  const twin = twinOf(side);
  for (const call of opening) await twin.run(call);
  return twin;
};

it('When histories of calls are made of both stores of order, then replies and events are the same', async () => {
  await expectTwins({
    calls,
    histories: 15,
    longest: 50,
    open: async () => [await opened(await onPostgres()), await opened(inMemory())],
  });
});
