import { expect, it } from 'vitest';
import { pivoted, START } from '../testing/fixtures.ts';
import type { Bench } from '../testing/store-bench.ts';

export const finishing = ({ store, state, typesOf, eventsOf, toldBy }: Bench): void => {
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

export const beingReplaced = ({ store }: Bench): void => {
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
