import { systemIds } from '@shop/platform/time/system.ts';
import { expect, it } from 'vitest';
import { begun, pivoted, START } from '../testing/fixtures.ts';
import { type Bench, rollback } from '../testing/store-bench.ts';

export const recovering = ({ store, typesOf, eventsOf }: Bench): void => {
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
