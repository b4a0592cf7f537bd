import { join } from 'node:path';
import { refuse } from '@shop/contracts/problems.ts';
import { plainQuote } from '@shop/contracts/quote.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS, placeOrder } from './domain.ts';
import { createPostgresOrderStore } from './store.postgres.ts';
import type { OrderStore, SagaStore } from './store.ts';
import { begun, intent, pivoted, START, snapshot } from './testing/fixtures.ts';

let pg: Postgres;
let store: SagaStore & OrderStore;

beforeAll(async () => {
  pg = await testDatabase(join(import.meta.dirname, 'migrations'));
  const outbox = createOutbox({ pg, service: 'order', clock: systemClock, ids: systemIds });
  store = createPostgresOrderStore({ pg, outbox, ids: systemIds, changed: () => {} });
});

const eventsOf = async (orderId: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: payloads of several types, asserted on as they are.
  await pg.query<{ type: string; data: any }>({
    text: 'select type, data from outbox where key = $1 order by id',
    values: [orderId],
  });
const typesOf = async (orderId: string) => (await eventsOf(orderId)).map(({ type }) => type);

const rollback = {
  problem: refuse('OUT_OF_STOCK'),
  participants: ['cart', 'discount'] as ('cart' | 'discount')[],
  steps: [],
  at: START,
};
const state = async (id: string) => (await store.find(id))?.state;

describe('The intent', () => {
  it('When one key comes ten times at once, then one is new and all name the same saga', async () => {
    const first = intent();
    const begins = await Promise.all(
      Array.from({ length: 10 }, () =>
        store.begin({ ...intent(), userId: first.userId, idempotencyKey: first.idempotencyKey }),
      ),
    );
    expect(begins.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(begins.map(({ saga }) => saga.id)).size).toBe(1);
  });
});

describe('The pivot', () => {
  it('When it races with the decision to roll back, then exactly one of them wins for ever', async () => {
    for (let round = 0; round < 20; round++) {
      const saga = await begun(store);
      const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
      const [placed, undone] = await Promise.all([store.pivot(saga, [], order), store.compensate(saga, rollback)]);
      expect(placed).toBe(undone === undefined);
      expect(await store.findOrder(saga.orderId)).toEqual(
        placed ? expect.objectContaining({ status: 'created' }) : undefined,
      );
      expect(await typesOf(saga.orderId)).toEqual([placed ? 'order.created' : 'order.cancelled']);
    }
  });

  it('When it is sent twice, then there is one order', async () => {
    const saga = await begun(store);
    const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    const sent = await Promise.all([store.pivot(saga, [], order), store.pivot(saga, [], order)]);
    expect(sent.filter(Boolean)).toHaveLength(1);
    expect(await typesOf(saga.orderId)).toEqual(['order.created']);
  });

  it('When the epoch is an old one, then no decision of its owner is written', async () => {
    const saga = await begun(store, { owner: 'dead' });
    const claimed = (await store.claim('process-2', 100)).find(({ id }) => id === saga.id);
    expect(claimed?.epoch).toBe(2);
    const order = placeOrder(saga, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    expect(await store.pivot(saga, [], order)).toBe(false);
    expect(await store.compensate(saga, rollback)).toBeUndefined();
    expect(await store.postpone(saga, [], 1)).toBe(false);
    expect(await store.finish(saga, [], START)).toBe(false);
    expect(await store.pivot({ id: saga.id, epoch: 2 }, [], order)).toBe(true);
    expect(await store.finish({ id: saga.id, epoch: 2 }, [], START)).toBe(true);
  });

  it('When it was decided, then a late wish to roll back changes nothing', async () => {
    const saga = await pivoted(store);
    expect(await store.compensate(saga, rollback)).toBeUndefined();
    expect(await state(saga.id)).toBe('pivoted');
  });
});

describe('A rollback', () => {
  const answer = (saga: { id: string; orderId: string }, participant: 'cart' | 'discount' | 'inventory') =>
    store.answered({ sagaId: saga.id, orderId: saga.orderId, kind: 'rollback', participant, at: START });

  it('When every participant has answered, in any order and more than once, then it is compensated', async () => {
    const saga = await begun(store);
    await store.compensate(saga, rollback);
    await Promise.all([answer(saga, 'discount'), answer(saga, 'discount'), answer(saga, 'inventory')]);
    expect(await state(saga.id)).toBe('compensating');
    await Promise.all([answer(saga, 'cart'), answer(saga, 'cart')]);
    expect(await store.find(saga.id)).toMatchObject({ state: 'compensated', finishedAt: START });
  });

  it('When nobody holds anything, then it ends at once and publishes nothing', async () => {
    const saga = await begun(store);
    await store.compensate(saga, { ...rollback, participants: [] });
    expect(await state(saga.id)).toBe('compensated');
    expect(await typesOf(saga.orderId)).toEqual([]);
  });

  it('When it is published again, then only those who have not answered are asked, with a new event', async () => {
    const saga = await begun(store);
    await store.compensate(saga, rollback);
    await answer(saga, 'cart');
    expect(await store.republish(saga, 4, START)).toBe(true);
    const events = await eventsOf(saga.orderId);
    expect(events.map(({ data }) => data.participants)).toEqual([['cart', 'discount'], ['discount']]);
    expect((await store.find(saga.id))?.attempts).toBe(2);
  });

  it('When it is parked, then an answer still completes it; a retry raises the epoch', async () => {
    const saga = await begun(store);
    await store.compensate(saga, rollback);
    expect(await store.park(saga)).toMatchObject({ state: 'parked', direction: 'undo' });
    await answer(saga, 'cart');
    expect(await store.unpark(saga.id)).toMatchObject({ state: 'compensating', epoch: 2, attempts: 1 });
    expect(await store.unpark(saga.id)).toBeUndefined();
    await store.park({ id: saga.id, epoch: 2 });
    await answer(saga, 'discount');
    expect(await state(saga.id)).toBe('compensated');
  });

  it('When an answer for an unknown saga comes, then nothing happens', async () => {
    await answer({ id: systemIds.uuid(), orderId: systemIds.uuid() }, 'cart');
  });
});

describe('The last write', () => {
  it('When it is sent twice, then the order is confirmed once', async () => {
    const saga = await pivoted(store);
    const ended = await Promise.all([store.finish(saga, [], START), store.finish(saga, [], START)]);
    expect(ended.filter(Boolean)).toHaveLength(1);
    expect(await typesOf(saga.orderId)).toEqual(['order.created', 'order.confirmed']);
    expect(await store.findOrder(saga.orderId)).toMatchObject({ status: 'confirmed', version: 2 });
  });

  it('When a cancel was asked for before it, then it confirms and cancels in one write', async () => {
    const saga = await pivoted(store, {}, ['TEN']);
    const request = {
      orderId: saga.orderId,
      by: { id: saga.userId, role: 'customer' as const },
      requestHash: 'x',
      at: START,
    };
    expect(await store.cancelOrder(request)).toMatchObject({ status: 'created', cancelRequested: true });
    expect(await store.cancelOrder(request)).toMatchObject({ status: 'created', cancelRequested: true, version: 2 });
    await store.finish(saga, [], START);
    expect(await store.findOrder(saga.orderId)).toMatchObject({ status: 'cancelled', cancelRequested: false });
    const events = await eventsOf(saga.orderId);
    expect(events.map(({ type }) => type)).toEqual(['order.created', 'order.confirmed', 'order.cancelled']);
    expect(events.at(-1)?.data).toMatchObject({
      sagaId: saga.id,
      kind: 'cancel',
      participants: ['inventory', 'discount'],
    });
  });

  it('When the fact arrives by itself, then it ends only a saga whose owner gave up', async () => {
    const saga = await pivoted(store);
    expect(await store.finishByFact(saga.id, START)).toBe(false);
    await store.postpone(saga, [], 60);
    expect(await store.finishByFact(saga.id, START)).toBe(true);
    expect(await state(saga.id)).toBe('completed');
    const parked = await pivoted(store);
    expect(await store.park(parked)).toMatchObject({ state: 'parked', direction: 'forward' });
    expect(await store.finishByFact(parked.id, START)).toBe(true);
  });
});

describe('An old owner', () => {
  it('When another has taken the saga over after the pivot, then its last write and its parking are refused', async () => {
    const saga = await pivoted(store, { owner: 'paused' });
    const taken = (await store.claim('process-2', 100)).find(({ id }) => id === saga.id);
    expect(taken).toMatchObject({ state: 'pivoted', epoch: 2 });
    expect(await store.finish(saga, [], START)).toBe(false);
    expect(await store.park(saga)).toBeUndefined();
    expect(await store.postpone(saga, [], 1)).toBe(false);
    expect(await store.finish({ id: saga.id, epoch: 2 }, [], START)).toBe(true);
  });
});

describe('A cancel', () => {
  it('When it comes five times at once, then it takes effect once and ends with its answers', async () => {
    const saga = await pivoted(store);
    await store.finish(saga, [], START);
    const request = {
      orderId: saga.orderId,
      by: { id: saga.userId, role: 'customer' as const },
      requestHash: 'x',
      at: START,
    };
    await Promise.all(Array.from({ length: 5 }, () => store.cancelOrder(request)));
    expect(await typesOf(saga.orderId)).toEqual(['order.created', 'order.confirmed', 'order.cancelled']);
    const [cancel] = (await store.list({ limit: 100 })).filter(
      ({ kind, orderId }) => kind === 'cancel' && orderId === saga.orderId,
    );
    expect(cancel).toMatchObject({ state: 'compensating', participants: ['inventory'] });
    await store.answered({
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
      const saga = await pivoted(store);
      await store.finish(saga, [], START);
      const [cancelled, shipped] = await Promise.all([
        store.cancelOrder({ orderId: saga.orderId, by: { id: 'boss', role: 'admin' }, requestHash: 'x', at: START }),
        store.advanceOrder(saga.orderId, 'shipped', 'boss', START),
      ]);
      expect('ok' in cancelled !== 'ok' in shipped).toBe(true);
    }
  });

  it('When another user asks, then the order does not exist', async () => {
    const saga = await pivoted(store);
    const by = { id: systemIds.uuid(), role: 'customer' as const };
    expect(await store.cancelOrder({ orderId: saga.orderId, by, requestHash: 'x', at: START })).toMatchObject({
      code: 'ORDER_NOT_FOUND',
    });
  });
});

describe('Recovery', () => {
  it('When an owner is silent, then each of its sagas goes to one of those who claim', async () => {
    const sagas = await Promise.all(Array.from({ length: 10 }, () => begun(store, { owner: 'silent' })));
    await store.heartbeat('a');
    await store.heartbeat('b');
    const claims = await Promise.all([store.claim('a', 100), store.claim('b', 100), store.claim('a', 100)]);
    const claimed = claims.flat().map(({ id }) => id);
    expect(new Set(claimed).size).toBe(claimed.length);
    for (const { id } of sagas) expect(claimed).toContain(id);
  });

  it('When an owner is alive, then its sagas stay with it until it resigns', async () => {
    await store.heartbeat('alive');
    const saga = await begun(store, { owner: 'alive' });
    expect((await store.claim('thief', 100)).map(({ id }) => id)).not.toContain(saga.id);
    await store.resign('alive');
    expect((await store.claim('heir', 100)).map(({ id }) => id)).toContain(saga.id);
  });

  it('When a hold asks, then it is told what is stored, and nothing while the saga runs', async () => {
    const ask = (
      saga: { id: string; orderId: string; userId: string },
      participant: 'cart' | 'discount' | 'inventory',
    ) => store.answerQuestion({ sagaId: saga.id, orderId: saga.orderId, userId: saga.userId, participant, at: START });
    const last = async (orderId: string) => (await eventsOf(orderId)).at(-1);

    const running = await begun(store);
    await ask(running, 'inventory');
    expect(await typesOf(running.orderId)).toEqual([]);

    const placed = await pivoted(store);
    await ask(placed, 'inventory');
    expect(await last(placed.orderId)).toMatchObject({
      type: 'order.created',
      data: { inAnswerTo: 'inventory', sagaId: placed.id },
    });

    await store.finish(placed, [], START);
    await store.cancelOrder({
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

  it('When all is said and done, then the audit finds nothing but what is under way', async () => {
    const breaches = await store.audit();
    expect(breaches.filter((breach) => !breach.includes(`${MAX_ATTEMPTS}`) && !/^saga .* is /.test(breach))).toEqual(
      [],
    );
  });
});
