import { systemIds } from '@shop/platform/time/system.ts';
import { expect, it } from 'vitest';
import { pivoted, START } from '../testing/fixtures.ts';
import type { Bench } from '../testing/store-bench.ts';

export const cancelling = ({ store, state, typesOf, eventsOf }: Bench): void => {
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
