import type { NewEvent } from '@shop/contracts/events.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import { requestContext } from '@shop/platform/telemetry/context.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, placeOrder, type Step } from './domain.ts';
import type { OrderStore, SagaStore } from './store.ts';
import { begun, intent, pivoted, START, snapshot } from './testing/fixtures.ts';

export interface OrderStoreUnderTest {
  store: SagaStore & OrderStore;
  /** What was said and not yet relayed, in order. */
  events(): Promise<NewEvent[]>;
  /** The sagas that the store has told of as changed, in order. */
  told: string[];
}

/** What every store of sagas and orders promises, together with the outbox of its database. */
export const orderStoreConformance = (adapter: string, open: () => Promise<OrderStoreUnderTest>): void => {
  describe(`SagaStore & OrderStore: ${adapter}`, () => {
    let tested: OrderStoreUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    const bench = benchOf(() => tested);
    describe('The intent', () => beginning(bench));
    describe('The pivot', () => pivoting(bench));
    describe('A rollback', () => rollingBack(bench));
    describe('The last write', () => finishing(bench));
    describe('An old owner', () => beingReplaced(bench));
    describe('A cancel', () => cancelling(bench));
    describe('Recovery', () => recovering(bench));
    describe('Lists', () => listing(bench));
    describe('What ended long ago', () => forgetting(bench));
    describe('The audit', () => auditing(bench));
  });
};

type Bench = ReturnType<typeof benchOf>;

const benchOf = (tested: () => OrderStoreUnderTest) => {
  const store = () => tested().store;
  const eventsOf = async (orderId: string): Promise<{ type: string; data: Record<string, unknown> }[]> =>
    (await tested().events())
      .filter(({ key }) => key === orderId)
      .map(({ type, data }) => ({ type, data: { ...data } }));
  return {
    store,
    eventsOf,
    typesOf: async (orderId: string) => (await eventsOf(orderId)).map(({ type }) => type),
    state: async (id: string) => (await store().find(id))?.state,
    /** The sagas that were told of while `work` ran. */
    async toldBy(work: () => Promise<unknown>) {
      const before = tested().told.length;
      await work();
      return tested().told.slice(before);
    },
  };
};

const rollback = {
  problem: refuse('OUT_OF_STOCK'),
  participants: ['cart', 'discount'] as ('cart' | 'discount')[],
  steps: [],
  at: START,
};

const beginning = ({ store }: Bench): void => {
  it('When one key comes ten times at once, then one is new and all name the same saga', async () => {
    const first = intent();
    const begins = await Promise.all(
      Array.from({ length: 10 }, () =>
        store().begin({ ...intent(), userId: first.userId, idempotencyKey: first.idempotencyKey }),
      ),
    );
    expect(begins.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(begins.map(({ saga }) => saga.id)).size).toBe(1);
  });

  it('When a saga begins, then it is found by id and by key, as it was asked for, with the trace of its request', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const asked = intent({ request: { contact: { email: 'ada@shop.test', name: 'Ada' } } });
    const { saga } = await requestContext.run({ requestId: 'r', traceparent }, () => store().begin(asked));
    const { idempotencyKey, owner: _, ...fields } = asked;
    expect(saga).toEqual({
      ...fields,
      traceparent,
      ...{ kind: 'checkout', state: 'running', direction: 'forward', epoch: 1, attempts: 0, version: 1 },
      ...{ steps: [], problem: null, participants: [], undone: [], finishedAt: null },
    });
    expect(await store().find(asked.id)).toEqual(saga);
    expect(await store().settle(asked.id)).toEqual(saga);
    expect(await store().findByKey(asked.userId, idempotencyKey)).toEqual(saga);
    expect(await store().findByKey(systemIds.uuid(), idempotencyKey)).toBeUndefined();
    expect(await store().find(systemIds.uuid())).toBeUndefined();
  });

  it('When what was answered is changed by its reader, then what is stored stays as it was', async () => {
    const steps: Step[] = [
      { name: 'lockCart', direction: 'forward', status: 'running', attempts: 1, startedAt: START, finishedAt: null },
    ];
    const saga = await pivoted(store(), { request: { contact: { email: 'ada@shop.test', name: 'Ada' } } });
    await store().postpone(saga, steps, 60);
    steps.pop();
    const found = await store().find(saga.id);
    found?.steps.push(...found.steps);
    Object.assign(found?.request ?? {}, { contact: undefined });
    const order = await store().findOrder(saga.orderId);
    order?.lines.pop();
    expect(await store().find(saga.id)).toMatchObject({ steps: [{ name: 'lockCart' }], request: saga.request });
    expect((await store().findOrder(saga.orderId))?.lines).toHaveLength(1);
  });
};

const pivoting = ({ store, state, typesOf, eventsOf }: Bench): void => {
  it('When it races with the decision to roll back, then exactly one of them wins for ever', async () => {
    for (let round = 0; round < 20; round++) {
      const saga = await begun(store());
      const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
      const [placed, undone] = await Promise.all([store().pivot(saga, [], order), store().compensate(saga, rollback)]);
      expect(placed).toBe(undone === undefined);
      expect(await store().findOrder(saga.orderId)).toEqual(
        placed ? expect.objectContaining({ status: 'created' }) : undefined,
      );
      expect(await typesOf(saga.orderId)).toEqual([placed ? 'order.created' : 'order.cancelled']);
    }
  });

  it('When it is sent twice, then there is one order', async () => {
    const saga = await begun(store());
    const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    const sent = await Promise.all([store().pivot(saga, [], order), store().pivot(saga, [], order)]);
    expect(sent.filter(Boolean)).toHaveLength(1);
    expect(await typesOf(saga.orderId)).toEqual(['order.created']);
  });

  it('When the epoch is an old one, then no decision of its owner is written', async () => {
    const saga = await begun(store(), { owner: 'dead' });
    const claimed = (await store().claim('process-2', 100)).find(({ id }) => id === saga.id);
    expect(claimed?.epoch).toBe(2);
    const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    expect(await store().pivot(saga, [], order)).toBe(false);
    expect(await store().compensate(saga, rollback)).toBeUndefined();
    expect(await store().postpone(saga, [], 1)).toBe(false);
    expect(await store().finish(saga, [], START)).toBeUndefined();
    expect(await store().pivot({ id: saga.id, epoch: 2 }, [], order)).toBe(true);
    expect(await store().finish({ id: saga.id, epoch: 2 }, [], START)).toBeDefined();
  });

  it('When it was decided, then a late wish to roll back changes nothing', async () => {
    const saga = await pivoted(store());
    expect(await store().compensate(saga, rollback)).toBeUndefined();
    expect(await state(saga.id)).toBe('pivoted');
  });

  it('When an order is placed, then it is found as it was placed, under the next number, which its event tells', async () => {
    const saga = await begun(store(), { request: { contact: { email: 'ada@shop.test', name: 'Ada' } } });
    const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    expect(await store().findOrder(saga.orderId)).toBeUndefined();
    await store().pivot(saga, [], order);
    const next = await pivoted(store());
    const found = await store().findOrder(saga.orderId);
    const { shippingAddress: _, ...placed } = order;
    expect(found).toEqual({ ...placed, number: found?.number });
    expect((await store().findOrder(next.orderId))?.number).toBe(String(Number(found?.number) + 1));
    const [event] = await eventsOf(saga.orderId);
    expect(event?.data).toMatchObject({ number: found?.number, total: order.total, version: 1, sagaId: saga.id });
  });
};

const rollingBack = ({ store, state, typesOf, eventsOf, toldBy }: Bench): void => {
  const answer = (saga: { id: string; orderId: string }, participant: 'cart' | 'discount' | 'inventory') =>
    store().answered({ sagaId: saga.id, orderId: saga.orderId, kind: 'rollback', participant, at: START });

  it('When every participant has answered, in any order and more than once, then it is compensated', async () => {
    const saga = await begun(store());
    await store().compensate(saga, rollback);
    await Promise.all([answer(saga, 'discount'), answer(saga, 'discount'), answer(saga, 'inventory')]);
    expect(await state(saga.id)).toBe('compensating');
    await Promise.all([answer(saga, 'cart'), answer(saga, 'cart')]);
    expect(await store().find(saga.id)).toMatchObject({ state: 'compensated', finishedAt: START });
  });

  it('When nobody holds anything, then it ends at once and publishes nothing', async () => {
    const saga = await begun(store());
    await store().compensate(saga, { ...rollback, participants: [] });
    expect(await state(saga.id)).toBe('compensated');
    expect(await typesOf(saga.orderId)).toEqual([]);
  });

  it('When it is published again, then only those who have not answered are asked, with a new event', async () => {
    const saga = await begun(store());
    await store().compensate(saga, rollback);
    await answer(saga, 'cart');
    expect(await store().republish(saga, 4, START)).toBe(true);
    const events = await eventsOf(saga.orderId);
    expect(events.map(({ data }) => data.participants)).toEqual([['cart', 'discount'], ['discount']]);
    expect((await store().find(saga.id))?.attempts).toBe(2);
  });

  it('When it is parked, then an answer still completes it; a retry raises the epoch', async () => {
    const saga = await begun(store());
    await store().compensate(saga, rollback);
    expect(await store().park(saga)).toMatchObject({ state: 'parked', direction: 'undo' });
    await answer(saga, 'cart');
    expect(await store().unpark(saga.id)).toMatchObject({ state: 'compensating', epoch: 2, attempts: 1 });
    expect(await store().unpark(saga.id)).toBeUndefined();
    await store().park({ id: saga.id, epoch: 2 });
    await answer(saga, 'discount');
    expect(await state(saga.id)).toBe('compensated');
  });

  it('When an answer for an unknown saga comes, then nothing happens', async () => {
    await answer({ id: systemIds.uuid(), orderId: systemIds.uuid() }, 'cart');
  });

  it('When steps are undone, then the timeline tells it, of answers as of repetitions', async () => {
    const step = (name: Step['name'], direction: Step['direction'], status: Step['status']): Step => ({
      ...{ name, direction, status, attempts: 1, startedAt: START, finishedAt: null },
    });
    const steps = [
      step('lockCart', 'forward', 'done'),
      step('applyVouchers', 'forward', 'refused'),
      step('applyVouchers', 'undo', 'running'),
      step('lockCart', 'undo', 'running'),
    ];
    const saga = await begun(store());
    await store().compensate(saga, { ...rollback, steps });
    await answer(saga, 'cart');
    await store().republish(saga, 4, START);
    const [locked, refused, undoing, unlocked] = steps as [Step, Step, Step, Step];
    expect(await store().find(saga.id)).toMatchObject({
      undone: ['cart'],
      finishedAt: null,
      steps: [
        { ...locked, status: 'undone' },
        refused,
        { ...undoing, attempts: 2 },
        { ...unlocked, status: 'done', finishedAt: START },
      ],
    });
  });

  it('When all three are asked again, then the event names them in their order, with the reason and a version of its own', async () => {
    const saga = await begun(store());
    await store().compensate(saga, { ...rollback, participants: ['cart', 'discount', 'inventory'] });
    await store().republish(saga, 0, START);
    const [first, second] = await eventsOf(saga.orderId);
    const { id: sagaId, orderId, userId } = saga;
    const said = { sagaId, orderId, userId, kind: 'rollback', reason: 'OUT_OF_STOCK' };
    const participants = ['cart', 'discount', 'inventory'];
    expect([first?.data, second?.data]).toEqual([
      { ...said, participants, version: 2 },
      { ...said, participants, version: 3 },
    ]);
  });

  it('When a saga changes in what is stored, then that is told; a refused decision is not', async () => {
    const saga = await begun(store());
    const owned = { id: saga.id, epoch: saga.epoch };
    const decisions = [
      () => store().compensate(owned, rollback),
      () => store().republish(owned, 60, START),
      () => answer(saga, 'cart'),
      () => store().park(owned),
      () => store().unpark(saga.id),
    ];
    for (const decide of decisions) expect(await toldBy(decide)).toEqual([saga.id]);
    const refused = [
      () => store().compensate(owned, rollback),
      () => store().republish(owned, 60, START),
      () => answer(saga, 'cart'),
      () => store().park(owned),
      () => store().unpark(saga.id),
      () => store().postpone(owned, [], 1),
      () => store().finish(owned, [], START),
    ];
    for (const decide of refused) expect(await toldBy(decide)).toEqual([]);
  });
};

const finishing = ({ store, state, typesOf, eventsOf, toldBy }: Bench): void => {
  it('When it is sent twice, then the order is confirmed once', async () => {
    const saga = await pivoted(store());
    const ended = await Promise.all([store().finish(saga, [], START), store().finish(saga, [], START)]);
    expect(ended.filter(Boolean)).toHaveLength(1);
    expect(await typesOf(saga.orderId)).toEqual(['order.created', 'order.confirmed']);
    expect(await store().findOrder(saga.orderId)).toMatchObject({ status: 'confirmed', version: 2 });
  });

  it('When a cancel was asked for before it, then it confirms and cancels in one write', async () => {
    const saga = await pivoted(store(), {}, ['TEN']);
    const request = {
      orderId: saga.orderId,
      by: { id: saga.userId, role: 'customer' as const },
      requestHash: 'x',
      at: START,
    };
    expect(await store().cancelOrder(request)).toMatchObject({ status: 'created', cancelRequested: true });
    expect(await store().cancelOrder(request)).toMatchObject({ status: 'created', cancelRequested: true, version: 2 });
    const finished = await store().finish(saga, [], START);
    expect(finished?.order).toMatchObject({ status: 'cancelled', cancelRequested: false });
    expect(finished?.order).toEqual(await store().findOrder(saga.orderId));
    const events = await eventsOf(saga.orderId);
    expect(events.map(({ type }) => type)).toEqual(['order.created', 'order.confirmed', 'order.cancelled']);
    expect(events.at(-1)?.data).toMatchObject({
      sagaId: saga.id,
      kind: 'cancel',
      participants: ['inventory', 'discount'],
    });
  });

  it('When the fact arrives by itself, then it ends only a saga whose owner gave up', async () => {
    const saga = await pivoted(store());
    expect(await store().finishByFact(saga.id, START)).toBe(false);
    await store().postpone(saga, [], 60);
    expect(await store().finishByFact(saga.id, START)).toBe(true);
    expect(await state(saga.id)).toBe('completed');
    const parked = await pivoted(store());
    expect(await store().park(parked)).toMatchObject({ state: 'parked', direction: 'forward' });
    expect(await store().finishByFact(parked.id, START)).toBe(true);
  });

  it('When it is written, then saga, order and event tell when, and the saga is told of', async () => {
    const saga = await pivoted(store());
    let finished: unknown;
    const told = await toldBy(async () => {
      finished = await store().finish(saga, [], START);
    });
    expect(told).toEqual([saga.id]);
    expect(finished).toEqual({ order: await store().findOrder(saga.orderId), version: 3 });
    expect(await store().find(saga.id)).toMatchObject({ state: 'completed', finishedAt: START, version: 3 });
    expect((await store().findOrder(saga.orderId))?.history).toEqual([
      { status: 'created', at: START, by: 'checkout' },
      { status: 'confirmed', at: START, by: 'checkout' },
    ]);
    const { id: sagaId, orderId, userId } = saga;
    expect((await eventsOf(orderId)).at(-1)?.data).toEqual({ orderId, sagaId, userId, version: 2 });
  });
};

const beingReplaced = ({ store }: Bench): void => {
  it('When another has taken the saga over after the pivot, then its last write and its parking are refused', async () => {
    const saga = await pivoted(store(), { owner: 'paused' });
    const taken = (await store().claim('process-2', 100)).find(({ id }) => id === saga.id);
    expect(taken).toMatchObject({ state: 'pivoted', epoch: 2 });
    expect(await store().finish(saga, [], START)).toBeUndefined();
    expect(await store().park(saga)).toBeUndefined();
    expect(await store().postpone(saga, [], 1)).toBe(false);
    expect(await store().finish({ id: saga.id, epoch: 2 }, [], START)).toBeDefined();
  });
};

const cancelling = ({ store, state, typesOf, eventsOf }: Bench): void => {
  it('When it comes five times at once, then it takes effect once and ends with its answers', async () => {
    const saga = await pivoted(store());
    await store().finish(saga, [], START);
    const request = {
      orderId: saga.orderId,
      by: { id: saga.userId, role: 'customer' as const },
      requestHash: 'x',
      at: START,
    };
    await Promise.all(Array.from({ length: 5 }, () => store().cancelOrder(request)));
    expect(await typesOf(saga.orderId)).toEqual(['order.created', 'order.confirmed', 'order.cancelled']);
    const [cancel] = (await store().list({ limit: 100 })).filter(
      ({ kind, orderId }) => kind === 'cancel' && orderId === saga.orderId,
    );
    expect(cancel).toMatchObject({ state: 'compensating', participants: ['inventory'] });
    await store().answered({
      sagaId: saga.id,
      orderId: saga.orderId,
      kind: 'cancel',
      participant: 'inventory',
      at: START,
    });
    expect(await state(cancel?.id ?? '')).toBe('compensated');
    expect(await state(saga.id)).toBe('completed');
  });

  it('When it races with shipping, then one of them wins', async () => {
    for (let round = 0; round < 10; round++) {
      const saga = await pivoted(store());
      await store().finish(saga, [], START);
      const [cancelled, shipped] = await Promise.all([
        store().cancelOrder({ orderId: saga.orderId, by: { id: 'boss', role: 'admin' }, requestHash: 'x', at: START }),
        store().advanceOrder(saga.orderId, 'shipped', 'boss', START),
      ]);
      expect('ok' in cancelled !== 'ok' in shipped).toBe(true);
    }
  });

  it('When another user asks, then the order does not exist', async () => {
    const saga = await pivoted(store());
    const by = { id: systemIds.uuid(), role: 'customer' as const };
    expect(await store().cancelOrder({ orderId: saga.orderId, by, requestHash: 'x', at: START })).toMatchObject({
      code: 'ORDER_NOT_FOUND',
    });
  });

  it('When it is granted, then the order tells by whom and why, and a saga of its own sees it through', async () => {
    const saga = await pivoted(store(), {}, ['TEN']);
    await store().finish(saga, [], START);
    const { id: sagaId, orderId, userId } = saga;
    const by = { id: userId, role: 'customer' as const };
    const order = await store().cancelOrder({ orderId, by, reason: 'too late', requestHash: 'x', at: START });
    expect(order).toMatchObject({ status: 'cancelled', version: 3, cancelRequested: false });
    expect('history' in order && order.history.at(-1)).toEqual({
      ...{ status: 'cancelled', at: START, by: userId, reason: 'too late' },
    });
    const participants = ['inventory', 'discount'];
    const said = { sagaId, orderId, userId, kind: 'cancel', reason: 'too late', participants, version: 3 };
    expect((await eventsOf(orderId)).at(-1)?.data).toEqual(said);
    const cancel = (await store().list({ limit: 1_000 })).find(
      (one) => one.kind === 'cancel' && one.orderId === orderId,
    );
    const undo = { direction: 'undo', status: 'running', attempts: 1, startedAt: START, finishedAt: null };
    expect(cancel).toEqual({
      ...{ id: cancel?.id, kind: 'cancel', userId, role: 'customer', requestHash: null, request: {}, orderId },
      ...{ state: 'compensating', direction: 'undo', epoch: 1, deadline: START, problem: null, participants },
      ...{ undone: [], attempts: 1, createdAt: START, finishedAt: null, version: 1, traceparent: null },
      steps: [
        { name: 'reserveInventory', ...undo },
        { name: 'applyVouchers', ...undo },
      ],
    });
    expect(await store().republish({ id: cancel?.id ?? '', epoch: 1 }, 60, START)).toBe(true);
    expect((await eventsOf(orderId)).at(-1)?.data).toEqual({ ...said, reason: 'cancelled' });
  });

  it('When it has a key, then a repeat answers the order as it is now, and another request with it is refused', async () => {
    const saga = await pivoted(store());
    const by = { id: saga.userId, role: 'customer' as const };
    const request = { orderId: saga.orderId, by, idempotencyKey: 'k', requestHash: 'x', at: START };
    expect(await store().cancelOrder(request)).toMatchObject({ status: 'created', cancelRequested: true });
    await store().finish(saga, [], START);
    expect(await store().cancelOrder(request)).toMatchObject({ status: 'cancelled' });
    expect(await store().cancelOrder({ ...request, requestHash: 'y' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('When an order has left, then it is refused and its key is free; steps are taken one by one, each told once', async () => {
    const saga = await pivoted(store());
    const { id: sagaId, orderId, userId } = saga;
    const advance = (to: 'shipped' | 'delivered') => store().advanceOrder(orderId, to, 'boss', START);
    expect(await advance('shipped')).toMatchObject({ code: 'INVALID_TRANSITION' });
    await store().finish(saga, [], START);
    expect(await advance('delivered')).toMatchObject({ code: 'INVALID_TRANSITION' });
    expect(await advance('shipped')).toMatchObject({ status: 'shipped', version: 3 });
    expect(await advance('shipped')).toMatchObject({ status: 'shipped', version: 3 });
    const by = { id: userId, role: 'customer' as const };
    const request = { orderId, by, idempotencyKey: 'left', requestHash: 'x', at: START };
    expect(await store().cancelOrder(request)).toMatchObject({ code: 'NOT_CANCELLABLE' });
    expect(await advance('delivered')).toMatchObject({ status: 'delivered', version: 4 });
    expect(await store().advanceOrder(systemIds.uuid(), 'shipped', 'boss', START)).toMatchObject({
      code: 'ORDER_NOT_FOUND',
    });
    expect((await store().findOrder(orderId))?.history.slice(2)).toEqual([
      { status: 'shipped', at: START, by: 'boss' },
      { status: 'delivered', at: START, by: 'boss' },
    ]);
    expect((await eventsOf(orderId)).slice(2)).toEqual([
      { type: 'order.shipped', data: { orderId, sagaId, userId, version: 3 } },
      { type: 'order.delivered', data: { orderId, sagaId, userId, version: 4 } },
    ]);
    const another = { ...request, requestHash: 'y' };
    expect(await store().cancelOrder(another)).toMatchObject({ code: 'NOT_CANCELLABLE' });
  });
};

const recovering = ({ store, typesOf, eventsOf }: Bench): void => {
  it('When an owner is silent, then each of its sagas goes to one of those who claim', async () => {
    const sagas = await Promise.all(Array.from({ length: 10 }, () => begun(store(), { owner: 'silent' })));
    await store().heartbeat('a');
    await store().heartbeat('b');
    const claims = await Promise.all([store().claim('a', 100), store().claim('b', 100), store().claim('a', 100)]);
    const claimed = claims.flat().map(({ id }) => id);
    expect(new Set(claimed).size).toBe(claimed.length);
    for (const { id } of sagas) expect(claimed).toContain(id);
  });

  it('When an owner is alive, then its sagas stay with it until it resigns', async () => {
    await store().heartbeat('alive');
    const saga = await begun(store(), { owner: 'alive' });
    expect((await store().claim('thief', 100)).map(({ id }) => id)).not.toContain(saga.id);
    await store().resign('alive');
    expect((await store().claim('heir', 100)).map(({ id }) => id)).toContain(saga.id);
  });

  it('When a hold asks, then it is told what is stored, and nothing while the saga runs', async () => {
    const ask = (
      saga: { id: string; orderId: string; userId: string },
      participant: 'cart' | 'discount' | 'inventory',
    ) =>
      store().answerQuestion({ sagaId: saga.id, orderId: saga.orderId, userId: saga.userId, participant, at: START });
    const last = async (orderId: string) => (await eventsOf(orderId)).at(-1);

    const running = await begun(store());
    await ask(running, 'inventory');
    expect(await typesOf(running.orderId)).toEqual([]);

    const placed = await pivoted(store());
    await ask(placed, 'inventory');
    expect(await last(placed.orderId)).toMatchObject({
      type: 'order.created',
      data: { inAnswerTo: 'inventory', sagaId: placed.id },
    });

    await store().finish(placed, [], START);
    await store().cancelOrder({
      orderId: placed.orderId,
      by: { id: 'boss', role: 'admin' },
      requestHash: 'x',
      at: START,
    });
    await ask(placed, 'inventory');
    expect(await last(placed.orderId)).toMatchObject({
      type: 'order.cancelled',
      data: { kind: 'cancel', participants: ['inventory'] },
    });

    const unknown = { id: systemIds.uuid(), orderId: systemIds.uuid(), userId: systemIds.uuid() };
    await ask(unknown, 'discount');
    expect(await last(unknown.orderId)).toMatchObject({
      type: 'order.cancelled',
      data: { kind: 'rollback', participants: ['discount'] },
    });
  });

  it('When the time of a saga has come, then it is claimed whoever owns it, and only once', async () => {
    await store().heartbeat('busy');
    const [due, waiting] = [await pivoted(store(), { owner: 'busy' }), await pivoted(store(), { owner: 'busy' })];
    await store().postpone(due, [], 0);
    await store().postpone(waiting, [], 60);
    const ids = async () => (await store().claim('thief', 100)).map(({ id }) => id);
    const claimed = await ids();
    expect([claimed.includes(due.id), claimed.includes(waiting.id)]).toEqual([true, false]);
    await store().heartbeat('thief');
    expect(await ids()).not.toContain(due.id);
    expect(await store().find(due.id)).toMatchObject({ epoch: 2, attempts: 1, version: 3 });
  });

  it('When a rollback waits for its answers, then it is claimed in its time, not for the silence of its owner', async () => {
    const saga = await begun(store(), { owner: 'silent' });
    await store().compensate(saga, rollback);
    expect((await store().claim('a', 100)).map(({ id }) => id)).not.toContain(saga.id);
    await store().republish(saga, 0, START);
    expect((await store().claim('a', 100)).map(({ id }) => id)).toContain(saga.id);
  });
};

const listing = ({ store }: Bench): void => {
  const at = (second: number) => new Date(Date.parse('2026-05-01T00:00:00.000Z') + second * 1_000).toISOString();

  it('When sagas are listed, then newest first, page by page, of the states that are asked for', async () => {
    const [one, two, three] = [
      await begun(store(), { createdAt: at(1) }),
      await begun(store(), { createdAt: at(2) }),
      await begun(store(), { createdAt: at(2) }),
    ];
    await store().compensate(two, { ...rollback, participants: [] });
    const after = { createdAt: at(3), id: three.id };
    const ids = async (filter: Parameters<SagaStore['list']>[0]) => (await store().list(filter)).map(({ id }) => id);
    expect(await ids({ after, limit: 3 })).toEqual([three.id, two.id, one.id]);
    expect(await ids({ after: three, limit: 1 })).toEqual([two.id]);
    expect(await ids({ after, state: ['compensated', 'parked'], limit: 1 })).toEqual([two.id]);
    expect(await ids({ after, state: ['running'], limit: 2 })).toEqual([three.id, one.id]);
  });

  it('When orders are listed, then newest first, page by page, by every filter', async () => {
    const userId = systemIds.uuid();
    const placed = [];
    for (const second of [1, 2, 3]) {
      const saga = await begun(store(), { userId });
      await store().pivot(saga, [], placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), at(second)));
      placed.push(saga);
    }
    const [first, second, third] = placed.map(({ orderId }) => orderId);
    await store().finish(placed[1] ?? { id: '', epoch: 0 }, [], START);
    const ids = async (filter: Omit<Parameters<OrderStore['listOrders']>[0], 'userId'>) =>
      (await store().listOrders({ userId, ...filter })).map(({ id }) => id);
    expect(await ids({ limit: 9 })).toEqual([third, second, first]);
    expect(await ids({ limit: 9, after: { createdAt: at(3), id: third ?? '' } })).toEqual([second, first]);
    expect(await ids({ limit: 9, status: 'created' })).toEqual([third, first]);
    const { number } = (await store().findOrder(first ?? '')) ?? {};
    expect((await store().listOrders({ number, limit: 9 })).map(({ id }) => id)).toEqual([first]);
  });

  it('When sagas are counted, then by their states, and those that have ended by how', async () => {
    const before = { unfinished: await store().unfinished(), ...(await store().statistics(60)) };
    const createdAt = systemClock.now().toISOString();
    const later = (ms: number) => new Date(Date.parse(createdAt) + ms).toISOString();
    const step = (ms: number): Step => ({
      ...{ name: 'lockCart', direction: 'forward', status: 'done', attempts: 1 },
      ...{ startedAt: createdAt, finishedAt: later(ms) },
    });
    const [done, undone] = [await pivoted(store(), { createdAt }), await begun(store(), { createdAt })];
    await store().finish(done, [step(10), step(30)], later(30));
    await store().compensate(undone, { ...rollback, participants: [] });
    const parked = await pivoted(store(), { createdAt });
    await store().park(parked);
    await begun(store(), { createdAt });
    const { running, parked: parkedNow } = await store().unfinished();
    expect([running - before.unfinished.running, parkedNow - before.unfinished.parked]).toEqual([1, 1]);
    const { checkouts, steps, parked: parkedThen } = await store().statistics(60);
    const [completed, refused] = [before.checkouts.completed + 1, before.checkouts.refused + 1];
    expect(checkouts).toMatchObject({ completed, refused, running: before.checkouts.running + 1 });
    expect(checkouts.successRate).toBeCloseTo(completed / (completed + refused));
    expect(checkouts.perMinute).toBe(completed + refused + checkouts.running);
    expect(parkedThen).toBe(before.parked + 1);
    expect(checkouts.series).toHaveLength(6);
    expect(checkouts.series.reduce((sum, slot) => sum + slot.completed, 0)).toBe(completed);
    expect(steps).toEqual([{ name: 'lockCart', count: 2, p50Ms: 20, p99Ms: expect.closeTo(29.8) }]);
  });
};

const forgetting = ({ store }: Bench): void => {
  it('When it is old, then its details are forgotten, the oldest first, no more than asked, and nothing else', async () => {
    const at = (second: number) => new Date(Date.parse('2020-05-01T00:00:00.000Z') + second * 1_000);
    const steps: Step[] = [
      { name: 'lockCart', direction: 'forward', status: 'done', attempts: 1, startedAt: START, finishedAt: START },
    ];
    const request = { contact: { email: 'ada@shop.test', name: 'Ada' } };
    const ended = async (second: number) => {
      const saga = await pivoted(store(), { request });
      await store().finish(saga, steps, at(second).toISOString());
      return saga.id;
    };
    const [newest, oldest, middle] = [await ended(3), await ended(1), await ended(2)];
    const details = async () =>
      Promise.all([oldest, middle, newest].map(async (id) => (await store().find(id))?.steps.length));
    expect(await store().forgetDetails(at(1), 10)).toBe(0);
    expect(await store().forgetDetails(at(3), 1)).toBe(1);
    expect(await details()).toEqual([0, 1, 1]);
    expect(await store().forgetDetails(at(3), 10)).toBe(1);
    expect(await details()).toEqual([0, 0, 1]);
    expect(await store().find(oldest)).toMatchObject({ state: 'completed', request: {}, version: 3 });
  });
};

const auditing = ({ store }: Bench): void => {
  it('When all is said and done, then the audit finds nothing but what is under way', async () => {
    const breaches = await store().audit();
    expect(breaches.filter((breach) => !breach.includes(`${MAX_ATTEMPTS}`) && !/^saga .* is /.test(breach))).toEqual(
      [],
    );
  });

  it('When sagas wait for an operator, are old, or orders do not add up, then each is a sentence', async () => {
    const [forth, back] = [await pivoted(store()), await begun(store())];
    await store().park(forth);
    await store().compensate(back, rollback);
    await store().park(back);
    const old = await begun(store());
    const wrong = await begun(store());
    const order = placeOrder(wrong, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    await store().pivot(wrong, [], { ...order, vouchers: [{ code: 'TEN', amount: 10 }] });
    expect(await store().audit()).toEqual(
      expect.arrayContaining([
        `saga ${forth.id} is parked, and waits for an operator to push it on`,
        `saga ${back.id} is parked, and waits for an operator to push it back`,
        `saga ${old.id} is running after 0 attempts`,
        `order ${wrong.orderId} does not add up`,
      ]),
    );
  });
};
