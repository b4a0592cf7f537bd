import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCancelled, orderCreated, productFact, productOf } from './testing/facts.ts';
import { openShop, type Shop } from './testing/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});

describe('Facts of the catalogue', () => {
  it('When a product gets and loses SKUs, then their stock is made, retired and active again', async () => {
    const id = systemIds.uuid();
    await shop.deliver(productFact(productOf({ id, stock: { 'GET-A': 5, 'GET-B': undefined } })));
    expect(await shop.inventory.stockOf('GET-A')).toMatchObject({ onHand: 5, status: 'active', version: 1 });
    expect(await shop.inventory.stockOf('GET-B')).toMatchObject({ onHand: 0, status: 'active' });
    await shop.deliver(productFact(productOf({ id, version: 2, stock: { 'GET-B': undefined } })));
    expect(await shop.inventory.stockOf('GET-A')).toMatchObject({ onHand: 5, status: 'retired', version: 2 });
    await shop.deliver(productFact(productOf({ id, version: 3, status: 'deleted', stock: {} })));
    expect(await shop.inventory.stockOf('GET-B')).toMatchObject({ status: 'retired', version: 2 });
    await shop.deliver(productFact(productOf({ id, version: 4, stock: { 'GET-A': 5, 'GET-B': undefined } })));
    expect(await shop.inventory.stockOf('GET-A')).toMatchObject({ onHand: 5, status: 'active', version: 3 });
    expect(await shop.inventory.stockOf('GET-B')).toMatchObject({ onHand: 0, status: 'active', version: 3 });
  });

  it('When a product is a draft or archived, then its stock stays active', async () => {
    await shop.deliver(productFact(productOf({ status: 'draft', stock: { DRAFT: 1 } })));
    await shop.deliver(productFact(productOf({ status: 'archived', stock: { ARCHIVED: 1 } })));
    for (const sku of ['DRAFT', 'ARCHIVED'])
      expect(await shop.inventory.stockOf(sku)).toMatchObject({ status: 'active' });
  });

  it('When facts come in parallel and out of order, then the newest counts and stock starts once', async () => {
    const id = systemIds.uuid();
    const facts = [
      productOf({ id, version: 1, stock: { 'RACE-A': 7, 'RACE-B': 3 } }),
      productOf({ id, version: 2, stock: { 'RACE-A': 7 } }),
      productOf({ id, version: 3, stock: { 'RACE-A': 7, 'RACE-C': 2 } }),
      productOf({ id, version: 4, stock: { 'RACE-C': 2 } }),
    ];
    const shuffled = [3, 1, 0, 2, 0, 3, 2, 1, 1, 0].map((n) => facts[n] as (typeof facts)[number]);
    await Promise.all(shuffled.map((product) => shop.deliver(productFact(product))));
    expect(await shop.inventory.stockOf('RACE-A')).toMatchObject({ onHand: 7, status: 'retired' });
    expect(await shop.inventory.stockOf('RACE-B')).toMatchObject({ onHand: 3, status: 'retired' });
    expect(await shop.inventory.stockOf('RACE-C')).toMatchObject({ onHand: 2, status: 'active' });
  });

  it('When a fact comes late, then SKUs that only it knows are made, as retired', async () => {
    const id = systemIds.uuid();
    await shop.deliver(productFact(productOf({ id, version: 2, stock: { 'LATE-A': 1 } })));
    await shop.deliver(productFact(productOf({ id, version: 1, stock: { 'LATE-A': 1, 'LATE-B': 4 } })));
    expect(await shop.inventory.stockOf('LATE-A')).toMatchObject({ onHand: 1, status: 'active', version: 1 });
    expect(await shop.inventory.stockOf('LATE-B')).toMatchObject({ onHand: 4, status: 'retired' });
    await shop.deliver(productFact(productOf({ id, version: 3, stock: { 'LATE-B': 4 } })));
    expect(await shop.inventory.stockOf('LATE-B')).toMatchObject({ onHand: 4, status: 'active' });
  });

  it('When a reader and the event learn of a product together, then its stock starts once', async () => {
    const product = productOf({ stock: { LEARNT: 6 } });
    shop.catalogue.push(product);
    const reads = Array.from({ length: 8 }, () => shop.inventory.stockOf('LEARNT'));
    await Promise.all([...reads, shop.deliver(productFact(product)), shop.deliver(productFact(product))]);
    for (const read of reads) expect(await read).toMatchObject({ onHand: 6 });
    expect(await shop.inventory.movementsOf('LEARNT', undefined, 10)).toMatchObject([
      { kind: 'initial', deltaOnHand: 6, by: 'catalogue' },
    ]);
  });

  it('When a SKU belongs to another product, then that one keeps it', async () => {
    await shop.deliver(productFact(productOf({ stock: { OWNED: 4 } })));
    const thief = productOf({ stock: { OWNED: 9 } });
    await shop.deliver(productFact(thief));
    await shop.deliver(productFact({ ...thief, version: 2, status: 'deleted' }));
    expect(await shop.inventory.stockOf('OWNED')).toMatchObject({ onHand: 4, status: 'active', version: 1 });
  });
});

describe('Levels under contention', () => {
  it('When units arrive while the SKU itself is just being made, then they are counted, not refused', async () => {
    for (let round = 0; round < 40; round++) {
      const sku = `ARRIVING-${round}`;
      const receipt = { sku, delta: 5, reason: 'receipt' as const, by: systemIds.uuid() };
      const product = productOf({ stock: { [sku]: 10 } });
      shop.catalogue.push(product);
      const [first, second] = await Promise.all([
        shop.inventory.adjust(receipt),
        shop.inventory.adjust(receipt),
        shop.deliver(productFact(product)),
      ]);
      expect([first, second]).toMatchObject([{ sku }, { sku }]);
      expect(await shop.inventory.stockOf(sku)).toMatchObject({ onHand: 20 });
    }
  });

  it('When adjustments race with reservations, then never less is on hand than is reserved', async () => {
    await shop.deliver(productFact(productOf({ stock: { CONTENDED: 30 } })));
    const taking = Array.from({ length: 30 }, () =>
      shop.inventory.reserve({ ...newSaga(shop.clock.now()), lines: [{ sku: 'CONTENDED', quantity: 1 }] }),
    );
    const damage = { sku: 'CONTENDED', delta: -1, reason: 'damage' as const, by: 'admin' };
    const losing = Array.from({ length: 30 }, () => shop.inventory.adjust(damage));
    const reserved = (await Promise.all(taking)).filter(({ ok }) => ok).length;
    const damaged = (await Promise.all(losing)).filter((reply) => 'onHand' in reply).length;
    expect(reserved + damaged).toBe(30);
    expect(await shop.inventory.stockOf('CONTENDED')).toMatchObject({ onHand: 30 - damaged, reserved });
  });

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
