import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCancelled, orderCreated, productFact, productOf } from './testing/facts.ts';
import { openShop, type ShopOnPostgres } from './testing/shop.ts';

let shop: ShopOnPostgres;
beforeAll(async () => {
  shop = await openShop();
});

describe('Levels under contention', () => {
  it('When batches of orders end while others reserve the same SKUs, then nobody fails and nothing is lost', async () => {
    const skus = Array.from({ length: 6 }, (_, n) => `BUSY-${n}`);
    await shop.deliver(productFact(productOf({ stock: Object.fromEntries(skus.map((sku) => [sku, 1000])) })));
    const basket = (n: number) => skus.filter((_, k) => (n + k) % 3 !== 0).map((sku) => ({ sku, quantity: 1 }));
    const reserve = async (n: number) => {
      const saga = newSaga(shop.clock.now());
      expect(await shop.inventory.reserve({ ...saga, lines: basket(n) })).toEqual({ ok: true });
      return saga;
    };
    const before = await deadlocks();
    let ended = await Promise.all(Array.from({ length: 40 }, (_, n) => reserve(n)));
    for (let round = 0; round < 4; round += 1) {
      const events = ended.map((saga, n) => (n % 4 === 0 ? orderCancelled(saga, 'rollback') : orderCreated(saga)));
      const [next] = await Promise.all([
        Promise.all(Array.from({ length: 40 }, (_, n) => reserve(n + round))),
        shop.deliver(...events.slice(0, 20)),
        shop.deliver(...events.slice(20).toReversed()),
      ]);
      ended = next;
    }
    await shop.deliver(...ended.map((saga) => orderCancelled(saga, 'rollback')));
    for (const stock of await shop.inventory.stockOfAll(skus)) expect(stock.reserved).toBe(0);
    expect(await deadlocks()).toBe(before);
  });

  it('When a reservation loses a deadlock, then it is made all the same', async () => {
    await shop.deliver(productFact(productOf({ stock: { 'DEAD-1': 1, 'DEAD-2': 1 } })));
    const lines = ['DEAD-1', 'DEAD-2'].map((sku) => ({ sku, quantity: 1 }));
    let reply: Promise<unknown> | undefined;
    await shop.pg.transaction(async (tx) => {
      // It never looks for a deadlock itself, so the reservation is the one that finds out and gives way.
      await tx.query({ text: `set local deadlock_timeout = '30s'` });
      const lock = (sku: string) => tx.query({ text: 'select 1 from stock where sku = $1 for update', values: [sku] });
      await lock('DEAD-2');
      reply = shop.inventory.reserve({ ...newSaga(shop.clock.now()), lines });
      await shop.waitingForLock(1);
      await lock('DEAD-1');
    });
    expect(await reply).toEqual({ ok: true });
  });

  const deadlocks = async (): Promise<number> => {
    const [row] = await shop.pg.query<{ deadlocks: number }>({
      text: 'select deadlocks from pg_stat_database where datname = current_database()',
    });
    return (row as { deadlocks: number }).deadlocks;
  };
});

describe('The audit', () => {
  it('When all of this is over, then every promise has been kept', async () => {
    expect(await shop.inventory.audit()).toEqual([]);
  });

  it('When levels, ledger and holds differ, then each difference is a sentence', async () => {
    await shop.deliver(productFact(productOf({ stock: { BROKEN: 5 } })));
    const saga = newSaga(shop.clock.now());
    await shop.inventory.reserve({ ...saga, lines: [{ sku: 'BROKEN', quantity: 2 }] });
    await shop.pg.query({ text: `update stock set reserved = 1 where sku = 'BROKEN'` });
    await shop.pg.query({
      text: `update reservations set state = 'released' where saga_id = $1`,
      values: [saga.sagaId],
    });
    expect(await shop.inventory.audit()).toEqual([
      'BROKEN: on hand 5, reserved 1, but its ledger sums to 5 and 2',
      'BROKEN: reserved 1, but sagas hold 0',
      `saga ${saga.sagaId}, BROKEN: moved 0 and 2, but its state says 0 and 0`,
    ]);
  });

  it('When a writer would go below what is reserved, then the database refuses', async () => {
    await shop.deliver(productFact(productOf({ stock: { GUARDED: 1 } })));
    const update = (levels: string) => shop.pg.query({ text: `update stock set ${levels} where sku = 'GUARDED'` });
    await expect(update('reserved = 2')).rejects.toThrow('stock_levels');
    await expect(update('reserved = -1')).rejects.toThrow('stock_levels');
  });
});
