import { plainQuote } from '@shop/contracts/quote.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { expect, it } from 'vitest';
import { placeOrder, type Step } from '../domain.ts';
import type { OrderStore, SagaStore } from '../store.ts';
import { begun, pivoted, START, snapshot } from '../testing/fixtures.ts';
import { type Bench, rollback } from '../testing/store-bench.ts';

export const listing = ({ store }: Bench): void => {
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
