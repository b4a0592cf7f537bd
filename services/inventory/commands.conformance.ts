import type { CatalogueProduct, InventoryCommands } from '@shop/contracts/commands.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSaga, orderCancelled, orderCreated, productFact, productOf } from './testing/facts.ts';

/** An inventory as its callers meet it. */
export interface InventoryUnderTest {
  commands: InventoryCommands;
  /** The levels of a SKU; undefined for one that is not known. */
  stock(sku: string): Promise<{ onHand: number; reserved: number; available: number } | undefined>;
  /** Applies events as one delivery of the consumer; resolves when they took effect. */
  deliver(...events: AnyShopEvent[]): Promise<void>;
  /** Puts a product into the catalogue without telling inventory. */
  publish(product: CatalogueProduct): void;
  /** The inventory's time. */
  now(): Date;
  /** Breaches of its promises. */
  audit(): Promise<string[]>;
}

/** What every form of `InventoryCommands` keeps: the service in the process, or a client that reaches it over HTTP. */
export const inventoryCommandsConformance = (name: string, open: () => Promise<InventoryUnderTest>): void => {
  describe(`InventoryCommands: ${name}`, () => {
    let shop: InventoryUnderTest;
    let skus = 0;
    beforeAll(async () => {
      shop = await open();
    });
    const use: Bench = {
      shop: () => shop,
      async sku(initialStock) {
        const sku = `SKU-${++skus}`;
        const product = productOf({ stock: { [sku]: initialStock } });
        await shop.deliver(productFact(product));
        return { sku, product };
      },
    };
    reservesAllOrNothing(use);
    repeatsItsReply(use);
    letsNothingCross(use);
    standsRaces(use);
    it('When all is over, then no promise is broken', async () => {
      expect(await shop.audit()).toEqual([]);
    });
  });
};

interface Bench {
  shop(): InventoryUnderTest;
  /** A new SKU with this stock. */
  sku(initialStock: number): Promise<{ sku: string; product: CatalogueProduct }>;
}

const reservesAllOrNothing = ({ shop, sku }: Bench): void => {
  it('When everything is there, then all lines are reserved', async () => {
    const [a, b] = [await sku(5), await sku(5)];
    const lines = [
      { sku: b.sku, quantity: 2 },
      { sku: a.sku, quantity: 5 },
    ];
    expect(await shop().commands.reserve({ ...newSaga(shop().now()), lines })).toEqual({ ok: true });
    expect(await shop().stock(a.sku)).toMatchObject({ onHand: 5, reserved: 5, available: 0 });
    expect(await shop().stock(b.sku)).toMatchObject({ onHand: 5, reserved: 2, available: 3 });
  });

  it('When lines are short, then every short SKU is listed and nothing is reserved', async () => {
    const [plenty, few, none] = [await sku(9), await sku(2), await sku(0)];
    const lines = [plenty, few, none].map(({ sku }) => ({ sku, quantity: 3 }));
    const reply = await shop().commands.reserve({ ...newSaga(shop().now()), lines });
    expect(reply).toMatchObject({
      ok: false,
      code: 'OUT_OF_STOCK',
      errors: [
        { sku: few.sku, requested: 3, available: 2 },
        { sku: none.sku, requested: 3, available: 0 },
      ],
    });
    expect(await shop().stock(plenty.sku)).toMatchObject({ reserved: 0 });
  });

  it('When two lines name one SKU, then they count together', async () => {
    const { sku: one } = await sku(3);
    const lines = [
      { sku: one, quantity: 2 },
      { sku: one, quantity: 2 },
    ];
    const reply = await shop().commands.reserve({ ...newSaga(shop().now()), lines });
    expect(reply).toMatchObject({ code: 'OUT_OF_STOCK', errors: [{ sku: one, requested: 4, available: 3 }] });
  });

  it('When a product has just been made, then its SKU is learnt from the catalogue', async () => {
    shop().publish(productOf({ stock: { 'JUST-MADE': 4 } }));
    const lines = [{ sku: 'JUST-MADE', quantity: 4 }];
    expect(await shop().commands.reserve({ ...newSaga(shop().now()), lines })).toEqual({ ok: true });
    expect(await shop().stock('JUST-MADE')).toMatchObject({ onHand: 4, reserved: 4 });
  });

  it('When nobody knows a SKU, then none of it is available', async () => {
    const lines = [{ sku: 'NOBODY-KNOWS', quantity: 1 }];
    expect(await shop().commands.reserve({ ...newSaga(shop().now()), lines })).toMatchObject({
      code: 'OUT_OF_STOCK',
      errors: [{ sku: 'NOBODY-KNOWS', requested: 1, available: 0 }],
    });
  });

  it('When a SKU is retired, then new reservations are refused but what is held can end', async () => {
    const { sku: one, product } = await sku(9);
    const [kept, cancelled] = [newSaga(shop().now()), newSaga(shop().now())];
    const lines = [{ sku: one, quantity: 2 }];
    for (const saga of [kept, cancelled]) await shop().commands.reserve({ ...saga, lines });
    await shop().deliver(productFact({ ...product, status: 'deleted', variants: [], version: 2 }));
    expect(await shop().commands.reserve({ ...newSaga(shop().now()), lines })).toMatchObject({
      code: 'OUT_OF_STOCK',
      errors: [{ sku: one, requested: 2, available: 0 }],
    });
    await shop().deliver(orderCreated(kept), orderCreated(cancelled), orderCancelled(cancelled, 'cancel'));
    expect(await shop().stock(one)).toMatchObject({ onHand: 7, reserved: 0 });
  });
};

const repeatsItsReply = ({ shop, sku }: Bench): void => {
  it('When a reservation is repeated ten times at once, then all get the first reply and it counts once', async () => {
    // Exactly what is there: a repeat must not take its own hold for somebody else's.
    const { sku: one } = await sku(3);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 3 }] };
    const replies = await Promise.all(Array.from({ length: 10 }, () => shop().commands.reserve(command)));
    expect(replies).toEqual(Array(10).fill({ ok: true }));
    expect(await shop().stock(one)).toMatchObject({ reserved: 3 });
  });

  it('When a repeat comes after the order exists, then it gets the first reply', async () => {
    const { sku: one } = await sku(1);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 1 }] };
    await shop().commands.reserve(command);
    await shop().deliver(orderCreated(command));
    expect(await shop().commands.reserve(command)).toEqual({ ok: true });
    expect(await shop().stock(one)).toMatchObject({ onHand: 0, reserved: 0 });
  });

  it('When a refused reservation is repeated after stock came, then it is decided anew', async () => {
    const { sku: one, product } = await sku(1);
    const holder = newSaga(shop().now());
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 1 }] };
    await shop().commands.reserve({ ...holder, lines: command.lines });
    expect(await shop().commands.reserve(command)).toMatchObject({ code: 'OUT_OF_STOCK' });
    await shop().deliver(orderCancelled(holder, 'rollback'));
    expect(await shop().commands.reserve(command)).toEqual({ ok: true });
    expect(product.version).toBe(1);
  });
};

const letsNothingCross = ({ shop, sku }: Bench): void => {
  it('When the undo comes before the do, then the do is refused', async () => {
    const { sku: one } = await sku(1);
    const saga = newSaga(shop().now());
    await shop().deliver(orderCancelled(saga, 'rollback'));
    const reply = await shop().commands.reserve({ ...saga, lines: [{ sku: one, quantity: 1 }] });
    expect(reply).toMatchObject({ ok: false, code: 'SAGA_UNDONE' });
    expect(await shop().stock(one)).toMatchObject({ reserved: 0 });
  });

  it('When a do is repeated after its undo, then it never gets the old success', async () => {
    const { sku: one } = await sku(1);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 1 }] };
    await shop().commands.reserve(command);
    await shop().deliver(orderCancelled(command, 'rollback'), orderCancelled(command, 'rollback'));
    expect(await shop().commands.reserve(command)).toMatchObject({ code: 'SAGA_UNDONE' });
    expect(await shop().stock(one)).toMatchObject({ onHand: 1, reserved: 0 });
  });

  it('When a do comes after its time, then it is refused, unless it had been done in time', async () => {
    const { sku: one } = await sku(2);
    const lines = [{ sku: one, quantity: 1 }];
    const late = newSaga(shop().now(), -1);
    expect(await shop().commands.reserve({ ...late, lines })).toMatchObject({ code: 'CHECKOUT_TIMED_OUT' });
    const done = newSaga(shop().now());
    await shop().commands.reserve({ ...done, lines });
    const repeat = { ...done, notAfter: late.notAfter, lines };
    expect(await shop().commands.reserve(repeat)).toEqual({ ok: true });
    expect(await shop().stock(one)).toMatchObject({ reserved: 1 });
  });

  it('When an order is created twice, then its units leave once', async () => {
    const { sku: one } = await sku(5);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 2 }] };
    await shop().commands.reserve(command);
    await shop().deliver(orderCreated(command));
    await shop().deliver(orderCreated(command));
    expect(await shop().stock(one)).toMatchObject({ onHand: 3, reserved: 0 });
  });

  it('When an order is cancelled before its creation arrives, then the late creation does nothing', async () => {
    const { sku: one } = await sku(5);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 2 }] };
    await shop().commands.reserve(command);
    await shop().deliver(orderCancelled(command, 'cancel'));
    await shop().deliver(orderCreated(command));
    expect(await shop().stock(one)).toMatchObject({ onHand: 5, reserved: 0 });
  });

  it('When an order is cancelled twice, then its units come back once', async () => {
    const { sku: one } = await sku(5);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 2 }] };
    await shop().commands.reserve(command);
    await shop().deliver(orderCreated(command));
    await shop().deliver(orderCancelled(command, 'cancel'));
    await shop().deliver(orderCancelled(command, 'cancel'));
    expect(await shop().stock(one)).toMatchObject({ onHand: 5, reserved: 0 });
  });

  it('When others undo a saga, then what it holds stays', async () => {
    const { sku: one } = await sku(1);
    const command = { ...newSaga(shop().now()), lines: [{ sku: one, quantity: 1 }] };
    await shop().commands.reserve(command);
    await shop().deliver(orderCancelled(command, 'rollback', ['cart', 'discount']));
    expect(await shop().stock(one)).toMatchObject({ reserved: 1 });
  });
};

const standsRaces = ({ shop, sku }: Bench): void => {
  it('When forty buyers want the last ten, then exactly ten get one', async () => {
    const { sku: one } = await sku(10);
    const lines = [{ sku: one, quantity: 1 }];
    const replies = await Promise.all(
      Array.from({ length: 40 }, () => shop().commands.reserve({ ...newSaga(shop().now()), lines })),
    );
    expect(replies.filter(({ ok }) => ok)).toHaveLength(10);
    expect(replies.filter((reply) => !reply.ok && reply.code === 'OUT_OF_STOCK')).toHaveLength(30);
    expect(await shop().stock(one)).toMatchObject({ reserved: 10, available: 0 });
  });

  it('When buyers name the same SKUs in opposite orders, then all succeed', async () => {
    const [a, b] = [await sku(60), await sku(60)];
    const forth = [a, b].map(({ sku }) => ({ sku, quantity: 1 }));
    const back = forth.toReversed();
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        shop().commands.reserve({ ...newSaga(shop().now()), lines: n % 2 ? forth : back }),
      ),
    );
    expect(replies).toEqual(Array(60).fill({ ok: true }));
  });

  it('When do and undo of a saga meet, then nothing stays held', async () => {
    const { sku: one } = await sku(20);
    const lines = [{ sku: one, quantity: 1 }];
    const sagas = Array.from({ length: 20 }, () => newSaga(shop().now()));
    await Promise.all(
      sagas.flatMap((saga) => [
        shop().commands.reserve({ ...saga, lines }),
        shop().deliver(orderCancelled(saga, 'rollback')),
      ]),
    );
    expect(await shop().stock(one)).toMatchObject({ onHand: 20, reserved: 0 });
  });
};
