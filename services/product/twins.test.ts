import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { createMemoryOutbox } from '@shop/platform/messaging/memory-outbox.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { emptied, testDatabase } from '@shop/platform/testing/postgres.ts';
import { countingIds, manualClock } from '@shop/platform/testing/time.ts';
import { expectTwins, type Twin } from '@shop/platform/testing/twins.ts';
import fc from 'fast-check';
import { it } from 'vitest';
import { changed, type Product, tombstone } from './domain.ts';
import { queryWords, sorts } from './search.ts';
import { createMemoryProductStore, createMemoryProducts } from './store.memory.ts';
import { createPostgresProductStore } from './store.postgres.ts';
import type { ListQuery, ProductStore, Save } from './store.ts';
import { aProduct, aVariant, saving } from './testing/products.ts';

/** What somebody wants of a product; `isStale`: others have written it since it was read. */
interface Wish {
  product: number;
  what: 'make' | 'change' | 'delete' | 'rename';
  title: string;
  skus: string[];
  handle: number;
  isStale: boolean;
}

type Call =
  | { call: 'save'; wishes: Wish[] }
  | { call: 'find'; skus: string[]; handles: number[] }
  | { call: 'list'; query: ListQuery }
  | { call: 'facets'; limit: number };

const skus = fc.subarray(['MUG-1', 'MUG-2', 'TEA', 'CUP']);
const title = fc.constantFrom('Trail mug', 'Ünïcode 杯', '🏔 peak', 'mugs');
const wish = (...what: Wish['what'][]) =>
  fc.record({
    product: fc.nat(3),
    what: fc.constantFrom(...what),
    ...{ title, skus, handle: fc.nat(4) },
    isStale: fc.nat(5).map((n) => n === 0),
  });

const calls: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('save' as const),
      wishes: fc.uniqueArray(wish('make', 'change', 'delete'), {
        minLength: 1,
        maxLength: 4,
        selector: ({ product }) => product,
      }),
    }),
  },
  // Of two that want each other's handle in one batch it depends on the store who gets it: alone.
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('save' as const),
      wishes: fc.array(wish('rename'), { minLength: 1, maxLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ call: fc.constant('find' as const), skus, handles: fc.subarray([0, 1, 2, 3]) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      call: fc.constant('list' as const),
      query: fc.record(
        {
          sort: fc.constantFrom(...sorts),
          words: fc.constantFrom('', 'mug', 'MU t', '杯').map(queryWords),
          category: fc.constantFrom('Kitchen', ''),
          status: fc.constant('active' as const),
          limit: fc.integer({ min: 1, max: 3 }),
        },
        { requiredKeys: ['sort', 'words', 'limit'] },
      ),
    }),
  },
  fc.record({ call: fc.constant('facets' as const), limit: fc.integer({ min: 1, max: 2 }) }),
);

const idOf = (n: number) => `01900000-0000-7000-8111-${String(n).padStart(12, '0')}`;
const now = '2026-01-01T00:00:00.000Z';
const byId = (a: Product, b: Product) => (a.id < b.id ? -1 : 1);

const twinOf = (store: ProductStore, said: () => Promise<AnyShopEvent[]>): Twin<Call> => {
  const saveOf = ({ product: n, what, title, skus, handle, isStale }: Wish, stored: Product | undefined): Save => {
    const variants = (skus.length > 0 ? skus : [`ONLY-${n}`]).map((sku, at) => aVariant({ sku, price: 100 * at + n }));
    if (what === 'make' || !stored) {
      const fields = { title, variants, category: n % 2 ? 'Kitchen' : 'Garden', brand: n % 3 ? 'Peak' : '' };
      return saving(aProduct({ id: idOf(n), handle: `handle-${handle}`, createdAt: now, ...fields }));
    }
    const before = isStale ? { ...stored, version: stored.version - 1 } : stored;
    if (what === 'delete') return saving(tombstone(before, now), before, 'product.deleted');
    const change = what === 'rename' ? { handle: `handle-${handle}` } : { title, variants, status: 'active' as const };
    return saving({ ...changed(before, change, now), version: before.version + 1 }, before);
  };
  return {
    said,
    async run(made) {
      switch (made.call) {
        case 'save': {
          const ids = made.wishes.map(({ product }) => idOf(product));
          const stored = new Map((await store.byIds(ids)).map((product) => [product.id, product]));
          const saves = made.wishes.map((one) => saveOf(one, stored.get(idOf(one.product))));
          // A new product has an id that nobody has.
          return store.save(saves.filter(({ product, before }) => before || !stored.has(product.id)));
        }
        case 'find': {
          const handles = made.handles.map((n) => `handle-${n}`);
          const taken = await store.takenHandles(handles);
          const found = [await store.bySkus(made.skus), await store.byHandles(handles)];
          return [taken.sort(), ...found.map((products) => products.sort(byId))];
        }
        case 'list':
          return (await store.list(made.query)).products;
        case 'facets':
          return store.facets(made.limit);
      }
    },
  };
};

const pg = await testDatabase(new URL('./migrations', import.meta.url).pathname);

const onPostgres = async (): Promise<Twin<Call>> => {
  await emptied(pg, ['products', 'product_skus']);
  const outbox = createOutbox({ pg, service: 'product', clock: manualClock(), ids: countingIds() });
  return twinOf(createPostgresProductStore({ pg, outbox }), () => outbox.source.pending(100_000));
};

const inMemory = (): Twin<Call> => {
  const data = createMemoryProducts();
  const outbox = createMemoryOutbox({
    data: data.outbox,
    service: 'product',
    clock: manualClock(),
    ids: countingIds(),
  });
  return twinOf(createMemoryProductStore(data, outbox), () => outbox.source.pending(100_000));
};

it('When histories of calls are made of the stores of products, then replies and events are the same', async () => {
  await expectTwins({
    calls,
    histories: 15,
    longest: 25,
    open: async () => [await onPostgres(), inMemory()],
  });
});
