import type { EventData, NewEvent } from '@shop/contracts/events.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCancelled, orderCreated, productFact, productOf, type TestSaga } from './testing/facts.ts';
import type { Shop } from './testing/shop.ts';

/** What every `InventoryStore` promises, together with the inbox and the outbox of its database. */
export const inventoryStoreConformance = <T>(adapter: string, open: () => Promise<Shop<T>>): void => {
  describe(`InventoryStore: ${adapter}`, () => {
    let opened: Shop<T>;
    beforeAll(async () => {
      opened = await open();
    });
    const bench = benchOf(() => opened);
    describe('What holds say', () => saying(bench));
    describe('Holds that are older than their time', () => asking(bench));
    describe('Facts of the catalogue', () => following(bench));
    describe('Adjustments', () => adjusting(bench));
    describe('Reads', () => reading(bench));
    describe('What was given back', () => forgetting(bench));
    it('When all of this is over, then every promise has been kept', async () => {
      expect(await opened.inventory.audit()).toEqual([]);
    });
  });
};

interface Bench<T> {
  shop(): Shop<T>;
  /** A new SKU with so many units. */
  stocked(units: number): Promise<string>;
  /** A saga that holds some of a SKU. */
  held(sku: string, quantity?: number): Promise<TestSaga>;
  saidOf(saga: TestSaga): Promise<NewEvent[]>;
}

const benchOf = <T>(shop: () => Shop<T>): Bench<T> => {
  let skus = 0;
  return {
    shop,
    async stocked(units) {
      const sku = `HOLD-${++skus}`;
      await shop().deliver(productFact(productOf({ stock: { [sku]: units } })));
      return sku;
    },
    async held(sku, quantity = 1) {
      const saga = newSaga(shop().clock.now());
      expect(await shop().inventory.reserve({ ...saga, lines: [{ sku, quantity }] })).toEqual({ ok: true });
      return saga;
    },
    saidOf: async ({ orderId }) => (await shop().said()).filter(({ key }) => key === orderId),
  };
};

const saying = <T>({ shop, stocked, held, saidOf }: Bench<T>): void => {
  it('When a hold is made, committed and restocked, then each is said once, versions rising', async () => {
    const sku = await stocked(5);
    const saga = await held(sku, 2);
    await shop().deliver(orderCreated(saga));
    await shop().deliver(orderCreated(saga));
    await shop().deliver(orderCancelled(saga, 'cancel'));
    const fact = { sagaId: saga.sagaId, orderId: saga.orderId, lines: [{ sku, quantity: 2 }] };
    expect(await saidOf(saga)).toEqual([
      { type: 'inventory.reserved', key: saga.orderId, data: { ...fact, version: 1 } },
      { type: 'inventory.committed', key: saga.orderId, data: { ...fact, version: 2 } },
      { type: 'inventory.released', key: saga.orderId, data: { ...fact, kind: 'cancel', version: 3 } },
    ]);
  });

  it('When a saga is undone again and again, then each time is answered, also when it held nothing', async () => {
    const saga = newSaga(shop().clock.now());
    for (let n = 0; n < 3; n += 1) await shop().deliver(orderCancelled(saga, 'rollback'));
    const answers = released(await saidOf(saga));
    expect(answers.map(({ kind, version, lines }) => [kind, version, lines])).toEqual([
      ['rollback', 1, []],
      ['rollback', 2, []],
      ['rollback', 3, []],
    ]);
  });

  it('When a hold was released, then every repeated answer tells what was given back', async () => {
    const sku = await stocked(3);
    const saga = await held(sku, 3);
    const first = orderCancelled(saga, 'rollback');
    await shop().deliver(first, orderCancelled(saga, 'rollback'), first);
    const answers = released((await saidOf(saga)).slice(1));
    expect(answers.map(({ version, lines }) => [version, lines])).toEqual([
      [2, [{ sku, quantity: 3 }]],
      [3, [{ sku, quantity: 3 }]],
    ]);
    expect(await shop().inventory.stockOf(sku)).toMatchObject({ onHand: 3, reserved: 0 });
  });

  it('When a rollback meets what an order has committed, then the order keeps it', async () => {
    const sku = await stocked(3);
    const saga = await held(sku, 1);
    await shop().deliver(orderCreated(saga), orderCancelled(saga, 'rollback'));
    expect((await saidOf(saga)).at(-1)).toMatchObject({ type: 'inventory.released', data: { lines: [] } });
    expect(await shop().inventory.stockOf(sku)).toMatchObject({ onHand: 2, reserved: 0 });
  });

  it('When a reservation is refused, then nothing is written', async () => {
    const sku = await stocked(1);
    const saga = newSaga(shop().clock.now());
    await shop().inventory.reserve({ ...saga, lines: [{ sku, quantity: 2 }] });
    expect(await saidOf(saga)).toEqual([]);
    const nobody = { sagaId: saga.sagaId, orderId: systemIds.uuid(), userId: systemIds.uuid() };
    await shop().transaction((tx) => shop().store.undo(nobody, 'rollback', shop().clock.now(), tx));
    // The first row of the saga is this tombstone's.
    const answers = (await shop().said()).filter(({ key }) => key === nobody.orderId);
    expect(answers.map(({ data }) => data.version)).toEqual([1]);
  });
};

const asking = <T>({ shop, stocked, held, saidOf }: Bench<T>): void => {
  const asked = async (saga: TestSaga) =>
    (await saidOf(saga)).filter(({ type }) => type === 'inventory.reservation_expired').length;
  const minute = 60_000;

  it('When a hold gets no end, then it asks after a minute, and then ever more rarely', async () => {
    const saga = await held(await stocked(1));
    const times: number[] = [];
    for (let n = 0, before = 0; n < 200; n += 1) {
      await shop().inventory.askAboutExpiredHolds(1000);
      const now = await asked(saga);
      if (now > before) times.push(n);
      before = now;
      shop().clock.advance(minute);
    }
    expect(times).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184]);
    expect((await saidOf(saga)).map(({ data }) => data.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await saidOf(saga)).at(-1)?.data).toEqual({ ...idsOf(saga), version: 10 });
    await shop().deliver(orderCancelled(saga, 'rollback'));
  });

  it('When the answer is that the order exists, or that it does not, then the hold ends', async () => {
    const sku = await stocked(2);
    const [bought, lost] = [await held(sku), await held(sku)];
    shop().clock.advance(61_000);
    expect(await shop().inventory.askAboutExpiredHolds(100)).toBe(2);
    await shop().deliver(orderCreated(bought), orderCancelled(lost, 'rollback'));
    expect(await shop().inventory.stockOf(sku)).toMatchObject({ onHand: 1, reserved: 0 });
    shop().clock.advance(24 * 60 * minute);
    expect(await shop().inventory.askAboutExpiredHolds(100)).toBe(0);
  });

  it('When several processes ask at once, then each hold asks once', async () => {
    const sku = await stocked(30);
    const sagas = await Promise.all(Array.from({ length: 30 }, () => held(sku)));
    shop().clock.advance(61_000);
    const counts = await Promise.all(Array.from({ length: 6 }, () => shop().inventory.askAboutExpiredHolds(10)));
    const rest = await shop().inventory.askAboutExpiredHolds(100);
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(30);
    for (const saga of sagas) expect(await asked(saga)).toBe(1);
    await shop().deliver(...sagas.map((saga) => orderCancelled(saga, 'rollback')));
  });

  const idsOf = ({ sagaId, orderId, userId }: TestSaga) => ({ sagaId, orderId, userId });
};

const following = <T>({ shop }: Bench<T>): void => {
  it('When a product gets and loses SKUs, then their stock is made, retired and active again', async () => {
    const id = systemIds.uuid();
    await shop().deliver(productFact(productOf({ id, stock: { 'GET-A': 5, 'GET-B': undefined } })));
    expect(await shop().inventory.stockOf('GET-A')).toMatchObject({ onHand: 5, status: 'active', version: 1 });
    expect(await shop().inventory.stockOf('GET-B')).toMatchObject({ onHand: 0, status: 'active' });
    await shop().deliver(productFact(productOf({ id, version: 2, stock: { 'GET-B': undefined } })));
    expect(await shop().inventory.stockOf('GET-A')).toMatchObject({ onHand: 5, status: 'retired', version: 2 });
    await shop().deliver(productFact(productOf({ id, version: 3, status: 'deleted', stock: {} })));
    expect(await shop().inventory.stockOf('GET-B')).toMatchObject({ status: 'retired', version: 2 });
    await shop().deliver(productFact(productOf({ id, version: 4, stock: { 'GET-A': 5, 'GET-B': undefined } })));
    expect(await shop().inventory.stockOf('GET-A')).toMatchObject({ onHand: 5, status: 'active', version: 3 });
    expect(await shop().inventory.stockOf('GET-B')).toMatchObject({ onHand: 0, status: 'active', version: 3 });
  });

  it('When a product is a draft or archived, then its stock stays active', async () => {
    await shop().deliver(productFact(productOf({ status: 'draft', stock: { DRAFT: 1 } })));
    await shop().deliver(productFact(productOf({ status: 'archived', stock: { ARCHIVED: 1 } })));
    for (const sku of ['DRAFT', 'ARCHIVED'])
      expect(await shop().inventory.stockOf(sku)).toMatchObject({ status: 'active' });
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
    await Promise.all(shuffled.map((product) => shop().deliver(productFact(product))));
    expect(await shop().inventory.stockOf('RACE-A')).toMatchObject({ onHand: 7, status: 'retired' });
    expect(await shop().inventory.stockOf('RACE-B')).toMatchObject({ onHand: 3, status: 'retired' });
    expect(await shop().inventory.stockOf('RACE-C')).toMatchObject({ onHand: 2, status: 'active' });
  });

  it('When a fact comes late, then SKUs that only it knows are made, as retired', async () => {
    const id = systemIds.uuid();
    await shop().deliver(productFact(productOf({ id, version: 2, stock: { 'LATE-A': 1 } })));
    await shop().deliver(productFact(productOf({ id, version: 1, stock: { 'LATE-A': 1, 'LATE-B': 4 } })));
    expect(await shop().inventory.stockOf('LATE-A')).toMatchObject({ onHand: 1, status: 'active', version: 1 });
    expect(await shop().inventory.stockOf('LATE-B')).toMatchObject({ onHand: 4, status: 'retired' });
    await shop().deliver(productFact(productOf({ id, version: 3, stock: { 'LATE-B': 4 } })));
    expect(await shop().inventory.stockOf('LATE-B')).toMatchObject({ onHand: 4, status: 'active' });
  });

  it('When a reader and the event learn of a product together, then its stock starts once', async () => {
    const product = productOf({ stock: { LEARNT: 6 } });
    shop().catalogue.push(product);
    const reads = Array.from({ length: 8 }, () => shop().inventory.stockOf('LEARNT'));
    await Promise.all([...reads, shop().deliver(productFact(product)), shop().deliver(productFact(product))]);
    for (const read of reads) expect(await read).toMatchObject({ onHand: 6 });
    expect(await shop().inventory.movementsOf('LEARNT', undefined, 10)).toMatchObject([
      { kind: 'initial', deltaOnHand: 6, by: 'catalogue' },
    ]);
  });

  it('When a SKU belongs to another product, then that one keeps it', async () => {
    await shop().deliver(productFact(productOf({ stock: { OWNED: 4 } })));
    const thief = productOf({ stock: { OWNED: 9 } });
    await shop().deliver(productFact(thief));
    await shop().deliver(productFact({ ...thief, version: 2, status: 'deleted' }));
    expect(await shop().inventory.stockOf('OWNED')).toMatchObject({ onHand: 4, status: 'active', version: 1 });
  });
};

const adjusting = <T>({ shop, stocked }: Bench<T>): void => {
  it('When units arrive while the SKU itself is just being made, then they are counted, not refused', async () => {
    for (let round = 0; round < 40; round++) {
      const sku = `ARRIVING-${round}`;
      const receipt = { sku, delta: 5, reason: 'receipt' as const, by: systemIds.uuid() };
      const product = productOf({ stock: { [sku]: 10 } });
      shop().catalogue.push(product);
      const [first, second] = await Promise.all([
        shop().inventory.adjust(receipt),
        shop().inventory.adjust(receipt),
        shop().deliver(productFact(product)),
      ]);
      expect([first, second]).toMatchObject([{ sku }, { sku }]);
      expect(await shop().inventory.stockOf(sku)).toMatchObject({ onHand: 20 });
    }
  });

  it('When adjustments race with reservations, then never less is on hand than is reserved', async () => {
    await shop().deliver(productFact(productOf({ stock: { CONTENDED: 30 } })));
    const taking = Array.from({ length: 30 }, () =>
      shop().inventory.reserve({ ...newSaga(shop().clock.now()), lines: [{ sku: 'CONTENDED', quantity: 1 }] }),
    );
    const damage = { sku: 'CONTENDED', delta: -1, reason: 'damage' as const, by: 'admin' };
    const losing = Array.from({ length: 30 }, () => shop().inventory.adjust(damage));
    const reserved = (await Promise.all(taking)).filter(({ ok }) => ok).length;
    const damaged = (await Promise.all(losing)).filter((reply) => 'onHand' in reply).length;
    expect(reserved + damaged).toBe(30);
    expect(await shop().inventory.stockOf('CONTENDED')).toMatchObject({ onHand: 30 - damaged, reserved });
  });

  it('When stock is adjusted, then levels, ledger and event say so', async () => {
    const sku = await stocked(10);
    const adjustment = { sku, delta: 5, reason: 'receipt', note: 'pallet 7', by: 'admin' } as const;
    const now = shop().clock.now();
    const stock = await shop().inventory.adjust(adjustment);
    expect(stock).toMatchObject({ sku, onHand: 15, reserved: 0, status: 'active', version: 2, updatedAt: now });
    expect(await shop().store.stockOf([sku])).toEqual([stock]);
    const [newest] = await shop().store.movementsOf(sku, undefined, 1);
    const entry = { sku, kind: 'receipt', deltaOnHand: 5, deltaReserved: 0, note: 'pallet 7', by: 'admin', at: now };
    expect(newest).toEqual({ id: newest?.id, ...entry });
    const levels = { onHand: 15, reserved: 0, available: 15, version: 2 };
    expect((await shop().said()).at(-1)).toEqual({
      type: 'inventory.adjusted',
      key: sku,
      data: { sku, delta: 5, reason: 'receipt', ...levels },
    });
  });

  it('When a key is repeated, then it answers as at first, also when stock has moved, and is for no other request', async () => {
    const sku = await stocked(1);
    const key = { userId: systemIds.uuid(), key: 'k', requestHash: 'one' };
    const receipt = { sku, delta: 5, reason: 'receipt', by: key.userId } as const;
    const [first, second] = await Promise.all([
      shop().inventory.adjust(receipt, key),
      shop().inventory.adjust(receipt, key),
    ]);
    expect(second).toEqual(first);
    await shop().inventory.adjust(receipt);
    expect(await shop().inventory.adjust(receipt, key)).toEqual(first);
    expect(await shop().inventory.stockOf(sku)).toMatchObject({ onHand: 11 });
    expect(await shop().inventory.adjust(receipt, { ...key, requestHash: 'two' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    const another = { ...key, userId: systemIds.uuid() };
    expect(await shop().inventory.adjust(receipt, another)).toMatchObject({ onHand: 16 });
  });

  it('When it is refused, then nothing is written or said, and its key is still free', async () => {
    const sku = await stocked(3);
    const key = { userId: systemIds.uuid(), key: 'k', requestHash: 'one' };
    const damage = { sku, delta: -4, reason: 'damage', by: key.userId } as const;
    const said = (await shop().said()).length;
    expect(await shop().inventory.adjust(damage, key)).toEqual({
      ...{ ok: false, code: 'INSUFFICIENT_STOCK' },
      errors: [{ sku, requested: 4, available: 3 }],
    });
    expect(await shop().said()).toHaveLength(said);
    await shop().inventory.adjust({ ...damage, delta: 1, reason: 'return' });
    expect(await shop().inventory.adjust(damage, key)).toMatchObject({ onHand: 0 });
    const flood = { ...damage, delta: 1_000_000_001, reason: 'receipt' as const };
    expect(await shop().inventory.adjust(flood)).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await shop().inventory.adjust({ ...damage, sku: 'NOBODY-SELLS-IT' })).toMatchObject({ code: 'SKU_UNKNOWN' });
  });
};

const reading = <T>({ shop, stocked, held }: Bench<T>): void => {
  it('When the ledger is read, then it comes newest first, page by page, with the saga of each entry', async () => {
    const sku = await stocked(9);
    const saga = await held(sku, 2);
    await shop().deliver(orderCreated(saga), orderCancelled(saga, 'cancel'));
    const all = await shop().store.movementsOf(sku, undefined, 10);
    expect(all.map(({ kind, deltaOnHand, deltaReserved, by }) => [kind, deltaOnHand, deltaReserved, by])).toEqual([
      ['restock', 2, 0, 'order'],
      ['commit', -2, -2, 'order'],
      ['reserve', 0, 2, 'checkout'],
      ['initial', 9, 0, 'catalogue'],
    ]);
    expect(all.map(({ sagaId, orderId }) => [sagaId, orderId])).toEqual([
      ...Array(3).fill([saga.sagaId, saga.orderId]),
      [undefined, undefined],
    ]);
    expect(await shop().store.movementsOf(sku, all[1]?.id, 1)).toEqual([all[2]]);
  });

  it('When stock is read, then it is sorted, each SKU once, and searched by how SKUs begin', async () => {
    await shop().deliver(productFact(productOf({ stock: { 'ABC-2': 2, 'ABC-1': 1, ABCD: 3, AB_C: 4, 'AB%C': 5 } })));
    const skus = async (found: Promise<{ sku: string }[]>) => (await found).map(({ sku }) => sku);
    expect(await skus(shop().store.stockOf(['ABCD', 'NONE', 'ABC-1', 'ABCD']))).toEqual(['ABC-1', 'ABCD']);
    expect(await skus(shop().store.stockByPrefix('ABC', undefined, 2))).toEqual(['ABC-1', 'ABC-2']);
    expect(await skus(shop().store.stockByPrefix('ABC', 'ABC-2', 2))).toEqual(['ABCD']);
    expect(await skus(shop().store.stockByPrefix('AB_', undefined, 9))).toEqual(['AB_C']);
    expect(await skus(shop().store.stockByPrefix('AB%', undefined, 9))).toEqual(['AB%C']);
  });

  it('When what was answered is changed by its reader, then what is stored stays as it was', async () => {
    const sku = await stocked(1);
    const [stock] = await shop().store.stockOf([sku]);
    stock?.updatedAt.setFullYear(1999);
    Object.assign(stock ?? {}, { onHand: 99 });
    const [movement] = await shop().store.movementsOf(sku, undefined, 1);
    movement?.at.setFullYear(1999);
    expect(await shop().store.stockOf([sku])).toMatchObject([{ onHand: 1, updatedAt: shop().clock.now() }]);
    expect(await shop().store.movementsOf(sku, undefined, 1)).toMatchObject([{ at: shop().clock.now() }]);
  });
};

const forgetting = <T>({ shop, stocked, held, saidOf }: Bench<T>): void => {
  it('When it is old, then it is forgotten, the oldest first, no more than asked, and nothing that is held or sold', async () => {
    const { clock, store, deliver } = shop();
    clock.advance(1_000);
    while ((await store.forgetReleased(clock.now(), 100)) > 0);
    const sku = await stocked(9);
    const times = [clock.now()];
    const [older, kept, sold] = [await held(sku), await held(sku), await held(sku)];
    const [old, young] = [newSaga(clock.now()), newSaga(clock.now())];
    clock.advance(1_000);
    times.push(clock.now());
    await deliver(orderCreated(sold), orderCancelled(older, 'rollback'), orderCancelled(old, 'rollback'));
    clock.advance(1_000);
    await deliver(orderCancelled(young, 'rollback'));
    clock.advance(1_000);
    const [began, tombstoned] = times as [Date, Date];
    expect(await store.forgetReleased(began, 100)).toBe(0);
    expect(await store.forgetReleased(tombstoned, 100)).toBe(1);
    expect(await store.forgetReleased(clock.now(), 1)).toBe(1);

    // What was forgotten is undone as if for the first time; what was not goes on.
    for (const saga of [older, old, young, kept, sold]) await deliver(orderCancelled(saga, 'cancel'));
    const versions = async (saga: TestSaga) => (await saidOf(saga)).map(({ data }) => data.version);
    expect([await versions(older), await versions(old), await versions(young)]).toEqual([
      [1, 2, 1],
      [1, 1],
      [1, 2],
    ]);
    expect([await versions(kept), await versions(sold)]).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });
};

/** What answers to undos say, and nothing else is expected to be. */
const released = (events: readonly NewEvent[]) =>
  events.map(({ type, data }) => {
    expect(type).toBe('inventory.released');
    return data as EventData['inventory.released'];
  });
