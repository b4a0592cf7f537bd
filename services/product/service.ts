import type { CatalogueProduct, CatalogueQueries } from '@shop/contracts/commands.ts';
import { isRefusal, Problem, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Cache } from '@shop/platform/coordination/cache.ts';
import { decodeCursor, encodeCursor, type Page, page } from '@shop/platform/http/pages.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { catalogueProduct } from './catalogue-product.ts';
import {
  changed,
  type Draft,
  isDeleted,
  maxOwnedSkus,
  type NewVariant,
  newProduct,
  type Product,
  revived,
  tombstone,
} from './domain.ts';
import { handleOf, numbered } from './handle.ts';
import { createImport, type Import } from './import/import.ts';
import type { CreateProduct, ListProducts, PatchProduct, VariantBody } from './schemas.ts';
import { positionOf, queryWords, readPosition, type Sort } from './search.ts';
import type { Facets, ProductStore, Save, SaveReply } from './store.ts';

export interface ProductDeps {
  store: ProductStore;
  cache: Cache;
  clock: Clock;
  ids: Ids;
  /** The one currency of the shop, `STORE_CURRENCY`. */
  currency: string;
}

/** What the public is shown may be this old where another process wrote and could not empty the cache. */
const cacheMs = 30_000;
const region = 'products';
const longestFacet = 500;
/** A write that lost its race is made again on what is there now; every round someone gets through. */
const maxRounds = 100;

const notFound = () => refuse('PRODUCT_NOT_FOUND');
const tooBusy = () => refuse('UNAVAILABLE', { detail: 'Too many writes to this product at once.', retryAfter: 1 });

export interface ProductService extends CatalogueQueries {
  /** A new product. A handle of a deleted one, asked for by name, revives that one under its id. */
  create(body: CreateProduct): Promise<Product | Refusal>;
  /** Changes the fields given; without `ifMatch` patches made at the same time all count. */
  patch(id: string, body: PatchProduct, ifMatch?: number): Promise<Product | Refusal>;
  /** Leaves a tombstone, which keeps id, handle and SKUs for good. */
  remove(id: string, ifMatch?: number): Promise<Refusal | undefined>;
  /** `admin` sees drafts and archived products too. */
  find(id: string, admin: boolean): Promise<Product | Refusal>;
  list(query: ListProducts, admin: boolean): Promise<Page<Product> | Refusal>;
  facets(): Promise<Facets>;
  import: Import;
  /** Products were written, if only by a process that died before it could say so: what was read before is not shown any more. */
  productsChanged(): Promise<void>;
}

/** The catalogue. */
export const createProduct = (deps: ProductDeps): ProductService => {
  const { store, cache, clock, currency } = deps;
  const { createUnder, createUnderTitle, rewrite } = writes(deps);

  const load = async (id: string): Promise<Product | undefined> => {
    const [product] = await store.byIds([id.toLowerCase()]);
    return product && !isDeleted(product) ? product : undefined;
  };
  const loadPublic = async (id: string): Promise<Product | undefined> => {
    const product = await load(id);
    return product?.status === 'active' ? product : undefined;
  };

  return {
    async create({ handle, variants, ...fields }) {
      const priced = pricedIn(currency, variants);
      if (isRefusal(priced)) return priced;
      const draft = { ...fields, variants: priced };
      return handle === undefined ? createUnderTitle(draft) : createUnder(handle, draft);
    },

    async patch(id, { variants, ...fields }, ifMatch) {
      const priced = variants && pricedIn(currency, variants);
      if (isRefusal(priced)) return priced;
      const change = priced ? { ...fields, variants: priced, currency } : fields;
      return rewrite(id, ifMatch, 'product.updated', (product) => changed(product, change, clock.now().toISOString()));
    },

    async remove(id, ifMatch) {
      const gone = await rewrite(id, ifMatch, 'product.deleted', (product) =>
        tombstone(product, clock.now().toISOString()),
      );
      return isRefusal(gone) ? gone : undefined;
    },

    async find(id, admin) {
      const product = admin
        ? await load(id)
        : await cache.through(region, id.toLowerCase(), cacheMs, () => loadPublic(id));
      return product ?? notFound();
    },

    list: (query, admin) => listProducts(store, query, admin),
    facets: () => cache.through(region, 'facets', cacheMs, () => store.facets(longestFacet)),
    bySkus: async (skus) => (await store.bySkus(skus)).map(catalogueProduct),
    byIds: async (ids): Promise<CatalogueProduct[]> => (await store.byIds(ids)).map(catalogueProduct),
    import: createImport({ ...deps, written: () => cache.clear(region) }),
    productsChanged: () => cache.clear(region),
  };
};

/** How products are written: read, decide, save under the guard of the version read, and again after a lost race. */
const writes = ({ store, cache, clock, ids, currency }: ProductDeps) => {
  const saveOne = async (save: Save): Promise<SaveReply> => {
    if (save.product.owned.length > maxOwnedSkus) {
      throw new Problem('VALIDATION_FAILED', { detail: `A product can have had at most ${maxOwnedSkus} SKUs.` });
    }
    const [reply] = await store.save([save]);
    if (!reply) throw new Error('the store did not answer a save');
    if (reply.ok) await cache.clear(region);
    return reply;
  };

  const now = () => clock.now().toISOString();
  const fresh = (handle: string, draft: Draft): Product =>
    newProduct(draft, { id: ids.uuid(), handle, currency, now: now() });

  return {
    async createUnder(handle: string, draft: Draft): Promise<Product | Refusal> {
      for (let round = 0; round < maxRounds; round += 1) {
        const [before] = await store.byHandles([handle]);
        if (before && !isDeleted(before)) return refuse('HANDLE_TAKEN', { errors: [{ handle }] });
        const product = before ? revived(before, draft, currency, now()) : fresh(handle, draft);
        const reply = await saveOne({ product, before, fact: 'product.created' });
        if (reply.ok) return product;
        if (reply.code === 'SKU_TAKEN') return reply;
      }
      return tooBusy();
    },

    async createUnderTitle(draft: Draft): Promise<Product | Refusal> {
      for (let round = 0; round < maxRounds; round += 1) {
        const product = fresh(await freeHandle(store, handleOf(draft.title)), draft);
        const reply = await saveOne({ product, fact: 'product.created' });
        if (reply.ok) return product;
        if (reply.code === 'SKU_TAKEN') return reply;
      }
      return tooBusy();
    },

    async rewrite(
      id: string,
      ifMatch: number | undefined,
      fact: 'product.updated' | 'product.deleted',
      decide: (product: Product) => Product,
    ): Promise<Product | Refusal> {
      for (let round = 0; round < maxRounds; round += 1) {
        const [before] = await store.byIds([id.toLowerCase()]);
        if (!before || isDeleted(before)) return notFound();
        if (ifMatch !== undefined && before.version !== ifMatch) return refuse('VERSION_CONFLICT');
        const product = decide(before);
        if (product === before) return product;
        const reply = await saveOne({ product, before, fact });
        if (reply.ok) return product;
        if (reply.code !== 'VERSION_CONFLICT') return reply;
      }
      return tooBusy();
    },
  };
};

/** The handle itself, or the first free one of `-2`, `-3`, …; looked for in windows that double. */
const freeHandle = async (store: ProductStore, handle: string): Promise<string> => {
  for (let from = 2, size = 8; ; from += size, size *= 2) {
    const candidates = [...(from === 2 ? [handle] : []), ...numbered(handle, from, from + size - 1)];
    const taken = new Set(await store.takenHandles(candidates));
    const free = candidates.find((candidate) => !taken.has(candidate));
    if (free) return free;
  }
};

/** Prices become minor units of the shop's currency; another currency is refused, every variant of it named. */
const pricedIn = (
  currency: string,
  variants: readonly VariantBody[],
): NewVariant[] | Refusal<'CURRENCY_UNSUPPORTED'> => {
  const errors = variants.flatMap(({ price }, index) =>
    price.currency === currency
      ? []
      : [{ in: 'body', path: `variants.${index}.price.currency`, message: `The shop sells in ${currency}` }],
  );
  if (errors.length > 0) return refuse('CURRENCY_UNSUPPORTED', { errors });
  return variants.map((variant) => ({ ...variant, price: variant.price.amount }));
};

const listProducts = async (
  store: ProductStore,
  { limit, cursor, ...filters }: ListProducts,
  admin: boolean,
): Promise<Page<Product> | Refusal> => {
  const { category, brand, tag, search } = filters;
  if (!admin && (filters.status ?? 'active') !== 'active') {
    return refuse('FORBIDDEN', { detail: 'Only admins see products that are not active.' });
  }
  const status = admin ? filters.status : 'active';
  const words = queryWords(search);
  const sort = sortOf(filters.sort, words);
  const bound = { status, category, brand, tag, words, sort };
  const parts = decodeCursor(region, bound, cursor);
  const after = parts && readPosition(parts, sort);
  if (parts && !after) return refuse('INVALID_CURSOR');
  const { products, readTo } = await store.list({ ...bound, after, limit: limit + 1 });
  const full = page(products, limit, (product) => [...positionOf(product, sort, words)], region, bound);
  return full.nextCursor || !readTo ? full : { ...full, nextCursor: encodeCursor(region, bound, [...readTo]) };
};

/** Without words all products are equally relevant: the newest come first then. */
const sortOf = (asked: Sort | undefined, words: readonly string[]): Sort => {
  const sort = asked ?? 'relevance';
  return sort === 'relevance' && words.length === 0 ? '-createdAt' : sort;
};
