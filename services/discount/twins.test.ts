import type { CatalogueProduct, Quote } from '@shop/contracts/commands.ts';
import type { AnyShopEvent, UndoKind } from '@shop/contracts/events.ts';
import { emptied } from '@shop/platform/testing/postgres.ts';
import { countingIds } from '@shop/platform/testing/time.ts';
import { expectTwins, type Twin } from '@shop/platform/testing/twins.ts';
import fc from 'fast-check';
import { it } from 'vitest';
import type { VoucherTerms } from './domain.ts';
import {
  cancelled,
  checkoutOf,
  type DiscountUnderTest,
  discountDatabase,
  eventOf,
  orderCreated,
  product,
  startDiscount,
  startDiscountInMemory,
} from './testing.ts';

/** Few of each, so that calls meet. */
const codes = ['TEN', 'SALE', 'VIP'];
const idOf = (kind: string, n: number) => `01900000-0000-7000-8${kind}-${String(n).padStart(12, '0')}`;
const users = ['kim', 'sam'];

const sagaOf = (n: number, wanted: readonly string[] = []) =>
  checkoutOf(wanted, {
    sagaId: idOf('222', n),
    orderId: idOf('333', n),
    userId: users[n % users.length] as string,
    notAfter: n === 0 ? '2026-06-01T00:00:30.000Z' : '2027-01-01T00:00:00.000Z',
    lines: [{ sku: 'MUG', productId: idOf('444', n % 2), quantity: 10, unitPrice: 1000 }],
  });

type Call =
  | { call: 'create'; terms: VoucherTerms }
  | { call: 'change'; version: number; terms: VoucherTerms }
  | { call: 'apply'; saga: number; codes: string[] }
  | { call: 'redeem'; saga: number; codes: string[]; version: number }
  | { call: 'deliver'; events: AnyShopEvent[]; fails: boolean }
  | { call: 'learn'; products: CatalogueProduct[] }
  | { call: 'ask' | 'forget'; limit: number }
  | { call: 'wait'; ms: number }
  | { call: 'look'; code: string; saga: number; limit: number };

const code = fc.constantFrom(...codes);
const someCodes = fc.uniqueArray(code, { maxLength: 3 });
const saga = fc.nat(3);
const limit = fc.integer({ min: 1, max: 3 });
const version = fc.constantFrom(1, 1, 2, 3);
const terms: fc.Arbitrary<VoucherTerms> = fc.record(
  {
    code,
    type: fc.constant('percentage' as const),
    value: fc.constantFrom(500, 1000),
    scope: fc.constantFrom({ kind: 'order' as const }, { kind: 'categories' as const, ids: ['kitchen'] }),
    usageLimit: fc.integer({ min: 1, max: 3 }),
    perUserLimit: fc.integer({ min: 1, max: 2 }),
    endsAt: fc.constant('2026-06-01T12:00:00.000Z'),
    combinable: fc.constant(true),
    priority: fc.nat(3),
    active: fc.nat(5).map((n) => n > 0),
  },
  { requiredKeys: ['code', 'type', 'value', 'scope', 'combinable', 'priority', 'active'] },
);
const known = fc
  .record({ n: fc.nat(1), version, category: fc.constantFrom('Kitchen', 'Garden'), sku: fc.constantFrom('MUG', 'TEA') })
  .map(({ n, ...fields }) => product({ id: idOf('444', n), ...fields }));

const now = new Date('2026-06-01T00:00:00.000Z');
/** The same event is delivered again and again: its id says what it is. */
const event = fc.oneof(
  known.map((made) => ({
    ...eventOf({ type: 'product.updated', key: made.id, data: made }, now),
    id: idOf('555', made.version),
  })),
  saga.map((n) => ({ ...eventOf(orderCreated(sagaOf(n)), now), id: idOf('666', n) })),
  fc
    .tuple(saga, fc.constantFrom<UndoKind>('rollback', 'cancel'), fc.nat(1), fc.nat(3))
    .map(([n, kind, copy, whose]) => ({
      ...eventOf(cancelled(sagaOf(n), { kind, ...(whose === 0 && { participants: ['cart'] }) }), now),
      id: idOf(kind === 'cancel' ? '777' : '888', n * 10 + copy),
    })),
) as fc.Arbitrary<AnyShopEvent>;

const calls: fc.Arbitrary<Call> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ call: fc.constant('create' as const), terms }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('change' as const), version, terms }) },
  { weight: 6, arbitrary: fc.record({ call: fc.constant('apply' as const), saga, codes: someCodes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('redeem' as const),
      saga,
      codes: fc.subarray(['TEN', 'SALE'], { minLength: 1 }),
      version,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      call: fc.constant('deliver' as const),
      events: fc.array(event, { minLength: 1, maxLength: 4 }),
      fails: fc.nat(5).map((n) => n === 0),
    }),
  },
  fc.record({ call: fc.constant('learn' as const), products: fc.array(known, { maxLength: 3 }) }),
  fc.record({ call: fc.constantFrom('ask' as const, 'forget' as const), limit }),
  fc.record({ call: fc.constant('wait' as const), ms: fc.constantFrom(1, 30_000, 60_000, 3_600_000) }),
  { weight: 2, arbitrary: fc.record({ call: fc.constant('look' as const), code, saga, limit }) },
);

/** A price as it may have been made before; what a voucher is now decides whether it is still redeemed. */
const quoteOf = (wanted: readonly string[]): Quote => ({
  ...{ currency: 'USD', lines: [], rejected: [], subtotal: 10_000 },
  discounts: wanted.map((code, n) => ({ code, amount: 100 + n })),
  ...{ discountTotal: 100, total: 9_900 },
});

const twinOf = <T>(shop: DiscountUnderTest<T>): Twin<Call> => ({
  said: shop.pending,
  async run(made) {
    const { vouchers, applications, catalogue } = shop.store;
    const time = shop.clock.now();
    switch (made.call) {
      case 'create':
        return vouchers.create(made.terms);
      case 'change':
        return vouchers.change(made.version, made.terms);
      case 'apply':
        return shop.discount.apply(sagaOf(made.saga, made.codes));
      case 'redeem': {
        const priced = made.codes.map((code) => ({ code, version: made.version }));
        return applications.redeem({
          saga: sagaOf(made.saga),
          quote: quoteOf(made.codes),
          vouchers: priced,
          now: time,
        });
      }
      case 'deliver':
        // An event without a payload fails all of its batch.
        return shop.deliverAll([
          ...made.events,
          ...(made.fails ? [{ id: idOf('999', 1), type: 'order.cancelled' } as AnyShopEvent] : []),
        ]);
      case 'learn':
        return catalogue.learn(made.products);
      case 'ask':
        return applications.askAboutExpired(made.limit, time);
      case 'forget':
        return shop.store.forgetReleased(time, made.limit);
      case 'wait':
        return shop.clock.advance(made.ms);
      case 'look': {
        const question = {
          codes,
          productIds: [idOf('444', 0), idOf('444', 1)],
          userId: 'kim',
          sagaId: idOf('222', made.saga),
        };
        const facts = await applications.facts(question);
        return {
          vouchers: await vouchers.list(undefined, made.limit),
          redemptions: await vouchers.redemptions(made.code, undefined, made.limit),
          facts: {
            ...facts,
            candidates: facts.candidates.toSorted((a, b) => (a.voucher.code < b.voucher.code ? -1 : 1)),
          },
          products: (await catalogue.bySkus(['MUG'])).toSorted((a, b) => (a.productId < b.productId ? -1 : 1)),
          breaches: await shop.store.audit(),
        };
      }
    }
  },
});

/** What every history begins with. */
const opened = async <T>(shop: DiscountUnderTest<T>): Promise<Twin<Call>> => {
  await shop.voucher({ code: 'TEN', usageLimit: 1 });
  await shop.voucher({ code: 'SALE', perUserLimit: 1 });
  return twinOf(shop);
};

const pg = await discountDatabase();

it('When histories of calls are made of both stores of discount, then replies and events are the same', async () => {
  await expectTwins({
    calls,
    histories: 15,
    longest: 30,
    async open() {
      await emptied(pg, ['redemptions', 'applications', 'vouchers', 'catalogue']);
      return [
        await opened(await startDiscount(countingIds(), pg)),
        await opened(await startDiscountInMemory(countingIds())),
      ];
    },
  });
});
