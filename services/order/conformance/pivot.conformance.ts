import { plainQuote } from '@shop/contracts/quote.ts';
import { expect, it } from 'vitest';
import { placeOrder } from '../domain.ts';
import { begun, pivoted, START, snapshot } from '../testing/fixtures.ts';
import { type Bench, rollback } from '../testing/store-bench.ts';

export const pivoting = ({ store, state, typesOf, eventsOf }: Bench): void => {
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
