import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { AnyShopEvent, UndoKind } from '@shop/contracts/events.ts';
import { emptied } from '@shop/platform/testing/postgres.ts';
import { countingIds } from '@shop/platform/testing/time.ts';
import { expectTwins, type Twin } from '@shop/platform/testing/twins.ts';
import fc from 'fast-check';
import { it } from 'vitest';
import type { AdjustmentReason } from './domain.ts';
import { orderCancelled, orderCreated, productFact, productOf, type TestSaga } from './testing/facts.ts';
import { inventoryDatabase, openShop, openShopInMemory, type Shop } from './testing/shop.ts';

/** Few of each, so that calls meet. */
const skus = ['MUG', 'TEA', 'CUP'];
const idOf = (kind: string, n: number) => `01900000-0000-7000-8${kind}-${String(n).padStart(12, '0')}`;
const users = [idOf('111', 1), idOf('111', 2)];

const sagaOf = (n: number, notAfter = '2026-01-01T00:10:00.000Z'): TestSaga => ({
  ...{ sagaId: idOf('222', n), orderId: idOf('333', n), userId: users[n % users.length] as string },
  notAfter,
});

type Call =
  | { call: 'reserve'; saga: number; lines: { sku: string; quantity: number }[]; late: boolean }
  | { call: 'deliver'; events: AnyShopEvent[]; fails: boolean }
  | { call: 'bury'; event: AnyShopEvent }
  | { call: 'learn'; product: CatalogueProduct }
  | { call: 'adjust'; sku: string; delta: number; reason: AdjustmentReason; note?: string; key?: number; by: number }
  | { call: 'ask' | 'forget'; limit: number }
  | { call: 'wait'; ms: number }
  | { call: 'look'; prefix: string; sku: string; limit: number };

const sku = fc.constantFrom(...skus, ...skus, 'NONE');
const saga = fc.nat(2);
const limit = fc.integer({ min: 1, max: 3 });
const product = fc
  .record({
    n: fc.nat(1),
    version: fc.integer({ min: 1, max: 6 }),
    status: fc.constantFrom('active' as const, 'draft' as const, 'deleted' as const),
    stock: fc.dictionary(fc.constantFrom(...skus), fc.option(fc.nat(6), { nil: undefined })),
  })
  .map(({ n, version, status, stock }) => productOf({ id: idOf('444', n), version, status, stock }));

/** The same event is delivered again and again: its id says what it is. */
const event = fc.oneof(
  product.map((made) => ({
    ...productFact(made),
    id: idOf('555', made.version * 10 + (made.id.endsWith('1') ? 1 : 0)),
  })),
  { weight: 2, arbitrary: saga.map((n) => ({ ...orderCreated(sagaOf(n)), id: idOf('666', n) })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        saga,
        fc.constantFrom<UndoKind>('rollback', 'cancel'),
        fc.nat(2),
        fc.nat(3).map((n) => n > 0),
      )
      .map(([n, kind, copy, all]) => ({
        ...orderCancelled(sagaOf(n), kind, all ? undefined : ['cart']),
        id: idOf(kind === 'cancel' ? '777' : '888', n * 10 + copy),
      })),
  },
);
const delivered = fc
  .tuple(event, fc.boolean())
  .map(([made, again]) => ({ ...made, ...(again && { replayFor: 'inventory' }) }) as AnyShopEvent);

const calls: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('reserve' as const),
      saga,
      lines: fc.array(fc.record({ sku, quantity: fc.integer({ min: 1, max: 2 }) }), { minLength: 1, maxLength: 2 }),
      late: fc.nat(5).map((n) => n === 0),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant('deliver' as const),
      events: fc.array(delivered, { minLength: 1, maxLength: 4 }),
      fails: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  fc.record({ call: fc.constant('bury' as const), event }),
  fc.record({ call: fc.constant('learn' as const), product }),
  {
    weight: 3,
    arbitrary: fc.record(
      {
        call: fc.constant('adjust' as const),
        sku,
        delta: fc.constantFrom(-3, -1, 1, 5, 1_000_000_000),
        reason: fc.constantFrom<AdjustmentReason>('receipt', 'damage'),
        note: fc.constantFrom('a note'),
        key: fc.nat(2),
        by: fc.nat(1),
      },
      { requiredKeys: ['call', 'sku', 'delta', 'reason', 'by'] },
    ),
  },
  fc.record({ call: fc.constantFrom('ask' as const, 'forget' as const), limit }),
  fc.record({ call: fc.constant('wait' as const), ms: fc.constantFrom(1, 30_000, 60_000, 3_600_000) }),
  fc.record({ call: fc.constant('look' as const), prefix: fc.constantFrom('', 'T'), sku, limit }),
);

const twinOf = <T>(shop: Shop<T>): Twin<Call> => ({
  said: shop.pending,
  async run(made) {
    const now = shop.clock.now();
    switch (made.call) {
      case 'reserve':
        return shop.inventory.reserve({
          ...sagaOf(made.saga, made.late ? '2025-01-01T00:00:00.000Z' : undefined),
          lines: made.lines,
        });
      case 'deliver':
        // Nothing here handles the last one: that fails all of the batch.
        return shop.deliver(
          ...made.events,
          ...(made.fails ? [{ ...made.events[0], id: idOf('999', 1), type: 'none' } as never] : []),
        );
      case 'bury':
        return shop.inbox.buried(made.event);
      case 'learn':
        return shop.store.applyProduct(made.product, now);
      case 'adjust': {
        const { sku, delta, reason, note, key, by: user } = made;
        const by = users[user] as string;
        const requestHash = JSON.stringify([sku, delta]);
        return shop.inventory.adjust(
          { sku, delta, reason, by, ...(note && { note }) },
          key === undefined ? undefined : { userId: by, key: `key ${key}`, requestHash },
        );
      }
      case 'ask':
        return shop.inventory.askAboutExpiredHolds(made.limit);
      case 'forget':
        return shop.store.forgetReleased(now, made.limit);
      case 'wait':
        return shop.clock.advance(made.ms);
      case 'look':
        return {
          stock: await shop.store.stockByPrefix(made.prefix, undefined, made.limit),
          // Ids rise; where a transaction was rolled back a database leaves some out.
          movements: (await shop.store.movementsOf(made.sku, undefined, made.limit)).map(
            ({ id: _, ...entry }) => entry,
          ),
          breaches: await shop.store.audit(),
        };
    }
  },
});

/** What every history begins with: stock, a saga that holds some, and one whose order has bought some. */
const opening: Call[] = [
  { call: 'learn', product: productOf({ id: idOf('444', 0), stock: { MUG: 6, TEA: 4 } }) },
  { call: 'reserve', saga: 0, lines: [{ sku: 'MUG', quantity: 1 }], late: false },
  { call: 'reserve', saga: 1, lines: [{ sku: 'TEA', quantity: 2 }], late: false },
  { call: 'deliver', events: [orderCreated(sagaOf(1))], fails: false },
];

const opened = async <T>(shop: Shop<T>): Promise<Twin<Call>> => {
  const twin = twinOf(shop);
  for (const call of opening) await twin.run(call);
  return twin;
};

const pg = await inventoryDatabase();

it('When histories of calls are made of both stores of inventory, then replies and events are the same', async () => {
  await expectTwins({
    calls,
    histories: 20,
    longest: 30,
    async open() {
      await emptied(pg, ['products', 'stock', 'movements', 'reservations']);
      return [await opened(await openShop(countingIds(), pg)), await opened(await openShopInMemory(countingIds()))];
    },
  });
});
