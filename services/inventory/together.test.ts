import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCreated, productFact, productOf } from './testing/facts.ts';
import { openShop, type ShopOnPostgres } from './testing/shop.ts';

let shop: ShopOnPostgres;
let skus = 0;
beforeAll(async () => {
  shop = await openShop();
});

const stocked = async (units: number): Promise<string> => {
  const sku = `TOGETHER-${++skus}`;
  await shop.deliver(productFact(productOf({ stock: { [sku]: units } })));
  return sku;
};

const buyers = (count: number) => Array.from({ length: count }, () => newSaga(shop.clock.now()));

/** As the store hands several requests to the database. */
const asRows = (sku: string, sagas: ReturnType<typeof buyers>) =>
  JSON.stringify(
    sagas.map(({ sagaId, orderId, userId, notAfter }, n) => ({
      ...{ n, saga: sagaId, order: orderId, user: userId, lines: [{ sku, quantity: 1 }], not_after: notAfter },
      ...{ now: shop.clock.now(), ask_at: shop.clock.now(), event: systemIds.uuid(), traceparent: null },
    })),
  );

describe('Reservations that are made together', () => {
  it('When many want the last units at the same moment, then who came first gets them, and each is told its own', async () => {
    const sku = await stocked(25);
    const sagas = buyers(40);
    const replies = await Promise.all(
      sagas.map((saga) => shop.inventory.reserve({ ...saga, lines: [{ sku, quantity: 1 }] })),
    );
    expect(replies.map(({ ok }) => ok)).toEqual(sagas.map((_, at) => at < 25));
    expect(replies.at(-1)).toMatchObject({
      code: 'OUT_OF_STOCK',
      errors: [{ sku, requested: 1, available: 0 }],
    });
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ onHand: 25, reserved: 25 });
    const said = await shop.said();
    expect(
      said.filter(({ type, data }) => type === 'inventory.reserved' && JSON.stringify(data).includes(sku)),
    ).toHaveLength(25);
    expect(await shop.inventory.audit()).toEqual([]);
  });

  it('When somebody is refused beside others, then what the others hold is written to disk before they are told', async () => {
    const sku = await stocked(1);
    const setting = async (sagas: ReturnType<typeof buyers>) =>
      shop.pg.transaction(async (tx) => {
        const text = 'select reply from reserve_together($1)';
        const replies = await tx.query<{ reply: { outcome: string } }>({ text, values: [asRows(sku, sagas)] });
        const [row] = await tx.query<{ on: string }>({ text: `select current_setting('synchronous_commit') as on` });
        return { outcomes: replies.map(({ reply }) => reply.outcome), durable: row?.on };
      });
    const durable = (
      await shop.pg.query<{ on: string }>({ text: `select current_setting('synchronous_commit') as on` })
    )[0]?.on;
    expect(await setting(buyers(3))).toEqual({ outcomes: ['held', 'short', 'short'], durable });
  });

  it('When the same saga is in it twice, or was here before, then it gets its first reply', async () => {
    const sku = await stocked(2);
    const [saga, other] = buyers(2) as [ReturnType<typeof newSaga>, ReturnType<typeof newSaga>];
    const reserve = (one: typeof saga) => shop.inventory.reserve({ ...one, lines: [{ sku, quantity: 1 }] });
    const replies = await Promise.all([reserve(saga), reserve(other), reserve(saga)]);
    expect(await Promise.all([...replies, reserve(other), reserve(saga)])).toEqual(Array(5).fill({ ok: true }));
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ reserved: 2 });
  });

  it('When orders of many sagas come in one batch, then all that is held is committed, once', async () => {
    const sku = await stocked(10);
    const sagas = buyers(6);
    for (const saga of sagas) await shop.inventory.reserve({ ...saga, lines: [{ sku, quantity: 1 }] });
    const facts = sagas.map((saga) => orderCreated(saga));
    await shop.deliver(...facts, ...facts, orderCreated(newSaga(shop.clock.now())));
    expect(await shop.inventory.stockOf(sku)).toMatchObject({ onHand: 4, reserved: 0 });
    const committed = (await shop.said()).filter(
      ({ type, data }) => type === 'inventory.committed' && JSON.stringify(data).includes(sku),
    );
    expect(committed.map(({ data }) => (data as { sagaId?: string }).sagaId).sort()).toEqual(
      sagas.map(({ sagaId }) => sagaId).sort(),
    );
    expect(await shop.inventory.audit()).toEqual([]);
  });
});
