import { systemIds } from '@shop/platform/time/system.ts';
import { expect, it } from 'vitest';
import type { Step } from '../domain.ts';
import { begun, START } from '../testing/fixtures.ts';
import { type Bench, rollback } from '../testing/store-bench.ts';

export const rollingBack = ({ store, state, typesOf, eventsOf, toldBy }: Bench): void => {
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
