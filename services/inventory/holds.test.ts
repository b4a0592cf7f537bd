import { systemClock } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCancelled, productFact, productOf, type TestSaga } from './testing/facts.ts';
import { openShop, type ShopOnPostgres } from './testing/shop.ts';

let shop: ShopOnPostgres;
let skus = 0;
beforeAll(async () => {
  shop = await openShop();
});

const stocked = async (units: number): Promise<string> => {
  const sku = `HOLD-${++skus}`;
  await shop.deliver(productFact(productOf({ stock: { [sku]: units } })));
  return sku;
};

const saidOf = async ({ orderId }: TestSaga) => (await shop.said()).filter(({ key }) => key === orderId);

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
    for (let attempt = 0; attempt < 300 && !quiet; attempt += 1) {
      await systemClock.sleep(10);
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
