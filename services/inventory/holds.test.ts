import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCancelled, orderCreated, productFact, productOf, type TestSaga } from './testing/facts.ts';
import { openShop, type Shop } from './testing/shop.ts';

let shop: Shop;
let skus = 0;
beforeAll(async () => {
  shop = await openShop();
});

const stocked = async (units: number): Promise<string> => {
  const sku = `HOLD-${++skus}`;
  await shop.deliver(productFact(productOf({ stock: { [sku]: units } })));
  return sku;
};

const held = async (sku: string, quantity = 1): Promise<TestSaga> => {
  const saga = newSaga(shop.clock.now());
  expect(await shop.inventory.reserve({ ...saga, lines: [{ sku, quantity }] })).toEqual({ ok: true });
  return saga;
};

const saidOf = async ({ orderId }: TestSaga) => (await shop.said()).filter(({ key }) => key === orderId);

describe('What holds say', () => {
  it('When a hold is made, committed and restocked, then each is said once, versions rising', async () => {
    const sku = await stocked(5);
    const saga = await held(sku, 2);
    await shop.deliver(orderCreated(saga));
    await shop.deliver(orderCreated(saga));
    await shop.deliver(orderCancelled(saga, 'cancel'));
    const fact = { sagaId: saga.sagaId, orderId: saga.orderId, lines: [{ sku, quantity: 2 }] };
    expect(await saidOf(saga)).toEqual([
      { type: 'inventory.reserved', key: saga.orderId, data: { ...fact, version: 1 } },
      { type: 'inventory.committed', key: saga.orderId, data: { ...fact, version: 2 } },
      { type: 'inventory.released', key: saga.orderId, data: { ...fact, kind: 'cancel', version: 3 } },
    ]);
  });

  it('When a saga is undone again and again, then each time is answered, also when it held nothing', async () => {
    const saga = newSaga(shop.clock.now());
    for (let n = 0; n < 3; n += 1) await shop.deliver(orderCancelled(saga, 'rollback'));
    const answers = await saidOf(saga);
    expect(answers.map(({ type, data }) => [type, data.kind, data.version, data.lines])).toEqual([
      ['inventory.released', 'rollback', 1, []],
      ['inventory.released', 'rollback', 2, []],
      ['inventory.released', 'rollback', 3, []],
    ]);
  });

  it('When a hold was released, then every repeated answer tells what was given back', async () => {
    const sku = await stocked(3);
    const saga = await held(sku, 3);
    const first = orderCancelled(saga, 'rollback');
    await shop.deliver(first, orderCancelled(saga, 'rollback'), first);
    const answers = (await saidOf(saga)).slice(1);
    expect(answers.map(({ data }) => [data.version, data.lines])).toEqual([
      [2, [{ sku, quantity: 3 }]],
      [3, [{ sku, quantity: 3 }]],
    ]);
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ onHand: 3, reserved: 0 });
  });

  it('When a rollback meets what an order has committed, then the order keeps it', async () => {
    const sku = await stocked(3);
    const saga = await held(sku, 1);
    await shop.deliver(orderCreated(saga), orderCancelled(saga, 'rollback'));
    expect((await saidOf(saga)).at(-1)).toMatchObject({ type: 'inventory.released', data: { lines: [] } });
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ onHand: 2, reserved: 0 });
  });

  it('When a reservation is refused, then nothing is written', async () => {
    const sku = await stocked(1);
    const saga = newSaga(shop.clock.now());
    await shop.inventory.reserve({ ...saga, lines: [{ sku, quantity: 2 }] });
    expect(await saidOf(saga)).toEqual([]);
    expect(
      await shop.pg.query({ text: 'select 1 from reservations where saga_id = $1', values: [saga.sagaId] }),
    ).toEqual([]);
  });
});

describe('Refusals', () => {
  const walPosition = async (): Promise<string> => {
    const [row] = await shop.pg.query<{ at: string }>({ text: 'select pg_current_wal_insert_lsn()::text as at' });
    return (row as { at: string }).at;
  };

  it('When the stock is plainly short, then refusing writes nothing to the log of the database', async () => {
    const sku = await stocked(1);
    const reserve = () => shop.inventory.reserve({ ...newSaga(shop.clock.now()), lines: [{ sku, quantity: 2 }] });
    // The first reads settle hint bits and plans, and other work of the server may write now and then.
    await reserve();
    let quiet = false;
    for (let attempt = 0; attempt < 10 && !quiet; attempt += 1) {
      const before = await walPosition();
      await reserve();
      quiet = (await walPosition()) === before;
    }
    expect(quiet).toBe(true);
  });

  it('When repeats wait for one lock with the last units, then all get the reply of the first', async () => {
    const sku = await stocked(2);
    const command = { ...newSaga(shop.clock.now()), lines: [{ sku, quantity: 2 }] };
    let replies: Promise<unknown>[] = [];
    await shop.pg.transaction(async (tx) => {
      await tx.query({ text: 'select 1 from stock where sku = $1 for update', values: [sku] });
      replies = [1, 2, 3].map(() => shop.inventory.reserve(command));
      await shop.waitingForLock(3);
    });
    expect(await Promise.all(replies)).toEqual(Array(3).fill({ ok: true }));
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ reserved: 2 });
    await shop.deliver(orderCancelled(command, 'rollback'));
  });

  it('When an undo overtakes a do that waits for its lock, then the do is refused', async () => {
    const sku = await stocked(1);
    const saga = newSaga(shop.clock.now());
    let reply: Promise<unknown> | undefined;
    await shop.pg.transaction(async (tx) => {
      await tx.query({ text: 'select 1 from stock where sku = $1 for update', values: [sku] });
      reply = shop.inventory.reserve({ ...saga, lines: [{ sku, quantity: 1 }] });
      await shop.waitingForLock(1);
      await shop.deliver(orderCancelled(saga, 'rollback'));
    });
    expect(await reply).toMatchObject({ code: 'SAGA_UNDONE' });
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ reserved: 0 });
  });

  it('When do and undo write at the same moment, then the undo that is not yet committed is waited for', async () => {
    const sku = await stocked(1);
    const saga = newSaga(shop.clock.now());
    let reply: Promise<unknown> | undefined;
    await shop.pg.transaction(async (tx) => {
      await shop.store.undo(saga, 'rollback', shop.clock.now(), tx);
      reply = shop.inventory.reserve({ ...saga, lines: [{ sku, quantity: 1 }] });
      await shop.waitingForLock(1);
    });
    expect(await reply).toMatchObject({ code: 'SAGA_UNDONE' });
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ reserved: 0 });
  });

  it('When a race for the last unit is lost under locks, then nothing of the loser is left', async () => {
    const sku = await stocked(1);
    const saga = newSaga(shop.clock.now());
    let lost: Promise<unknown> | undefined;
    // The loser reads one unit, waits for the lock, and finds none.
    await shop.pg.transaction(async (tx) => {
      await tx.query({ text: 'select 1 from stock where sku = $1 for update', values: [sku] });
      lost = shop.inventory.reserve({ ...saga, lines: [{ sku, quantity: 1 }] });
      await shop.waitingForLock(1);
      await tx.query({ text: 'update stock set reserved = 1 where sku = $1', values: [sku] });
    });
    expect(await lost).toMatchObject({ code: 'OUT_OF_STOCK', errors: [{ sku, requested: 1, available: 0 }] });
    expect(await saidOf(saga)).toEqual([]);
    await shop.pg.query({ text: 'update stock set reserved = 0 where sku = $1', values: [sku] });
    expect(await shop.inventory.audit()).toEqual([]);
  });
});

describe('Holds that are older than their time', () => {
  const asked = async (saga: TestSaga) =>
    (await saidOf(saga)).filter(({ type }) => type === 'inventory.reservation_expired').length;
  const minute = 60_000;

  it('When a hold gets no end, then it asks after a minute, and then ever more rarely', async () => {
    const saga = await held(await stocked(1));
    const times: number[] = [];
    for (let n = 0, before = 0; n < 200; n += 1) {
      await shop.inventory.askAboutExpiredHolds(1000);
      const now = await asked(saga);
      if (now > before) times.push(n);
      before = now;
      shop.clock.advance(minute);
    }
    expect(times).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184]);
    expect((await saidOf(saga)).map(({ data }) => data.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await saidOf(saga)).at(-1)?.data).toEqual({ ...idsOf(saga), version: 10 });
    await shop.deliver(orderCancelled(saga, 'rollback'));
  });

  it('When the answer is that the order exists, or that it does not, then the hold ends', async () => {
    const sku = await stocked(2);
    const [bought, lost] = [await held(sku), await held(sku)];
    shop.clock.advance(61_000);
    expect(await shop.inventory.askAboutExpiredHolds(100)).toBe(2);
    await shop.deliver(orderCreated(bought), orderCancelled(lost, 'rollback'));
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ onHand: 1, reserved: 0 });
    shop.clock.advance(24 * 60 * minute);
    expect(await shop.inventory.askAboutExpiredHolds(100)).toBe(0);
  });

  it('When several processes ask at once, then each hold asks once', async () => {
    const sku = await stocked(30);
    const sagas = await Promise.all(Array.from({ length: 30 }, () => held(sku)));
    shop.clock.advance(61_000);
    const counts = await Promise.all(Array.from({ length: 6 }, () => shop.inventory.askAboutExpiredHolds(10)));
    const rest = await shop.inventory.askAboutExpiredHolds(100);
    expect(counts.reduce((sum, count) => sum + count, rest)).toBe(30);
    for (const saga of sagas) expect(await asked(saga)).toBe(1);
    await shop.deliver(...sagas.map((saga) => orderCancelled(saga, 'rollback')));
  });

  const idsOf = ({ sagaId, orderId, userId }: TestSaga) => ({ sagaId, orderId, userId });
});
