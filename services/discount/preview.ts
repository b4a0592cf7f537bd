import type { CatalogueQueries, Quote } from '@shop/contracts/commands.ts';
import type { Money } from '@shop/contracts/money.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { type NewVoucher, termsOf, type VoucherTerms } from './domain.ts';
import { type CartLine, priceCart } from './pricing/price-cart.ts';
import type { DiscountStore, KnownProduct } from './store.ts';
import { type Invalid, invalid } from './vouchers.ts';

/** A line of a sample cart; without a price it takes the catalogue's. */
export interface PreviewLine {
  sku: string;
  quantity: number;
  unitPrice?: Money;
}

export interface PreviewDeps {
  store: Pick<DiscountStore, 'catalogue'>;
  /** Asked about SKUs that are not known here yet. */
  catalogue: CatalogueQueries;
  clock: Clock;
  /** The one currency that the shop sells in. */
  currency: string;
}

/**
 * What a draft would do to a sample cart while it runs, for a customer it is meant for: `active`, its dates, users and
 * limits are left aside. Lines without a price take the catalogue's.
 */
export type Preview = (
  draft: NewVoucher,
  lines: readonly PreviewLine[],
) => Promise<Quote | Invalid | Refusal<'SKU_UNKNOWN'>>;

export const createPreview =
  (deps: PreviewDeps): Preview =>
  async (draft, lines) => {
    const { clock, currency } = deps;
    const terms = termsOf(draft);
    const fault = invalid(terms, currency) ?? foreignPrice(lines, currency);
    if (fault) return fault;
    const products = await productsOf(deps, lines);
    const priced = lines.map((line) => priceLine(line, products.get(line.sku)));
    const unknown = lines.filter((_, index) => priced[index] === undefined).map(({ sku }) => ({ sku }));
    if (unknown.length > 0) return refuse('SKU_UNKNOWN', { errors: unknown });
    const categories = new Map([...products.values()].map(({ productId, category }) => [productId, category]));
    return priceCart({
      lines: priced.filter((line) => line !== undefined),
      currency,
      user: { id: 'preview', role: 'customer' },
      now: clock.now(),
      candidates: [{ voucher: { ...running(terms), used: 0, version: 1 }, usedByUser: 0 }],
      unknown: [],
      categoryOf: (productId) => categories.get(productId),
    });
  };

/** The terms for whom and when they are meant: what is left is what they do to a cart. */
const running = (terms: VoucherTerms): VoucherTerms => ({
  ...terms,
  active: true,
  startsAt: undefined,
  endsAt: undefined,
  userIds: undefined,
  usageLimit: undefined,
  perUserLimit: undefined,
});

const foreignPrice = (lines: readonly PreviewLine[], currency: string) => {
  const foreign = lines.find(({ unitPrice }) => unitPrice && unitPrice.currency !== currency)?.unitPrice?.currency;
  return foreign
    ? refuse('CURRENCY_UNSUPPORTED', { detail: `The shop sells in ${currency}, not in ${foreign}.` })
    : undefined;
};

/** A SKU that nobody knows is in no product and no category, but with a price of its own it can still be tried out. */
const priceLine = (
  { sku, quantity, unitPrice }: PreviewLine,
  product: KnownProduct | undefined,
): CartLine | undefined => {
  const price = unitPrice?.amount ?? product?.prices[sku];
  return price === undefined ? undefined : { sku, productId: product?.productId ?? '', quantity, unitPrice: price };
};

/** The products by SKU; SKUs missing here are learnt from the catalogue. */
const productsOf = async (
  { store, catalogue }: PreviewDeps,
  lines: readonly PreviewLine[],
): Promise<Map<string, KnownProduct>> => {
  const skus = [...new Set(lines.map(({ sku }) => sku))];
  const known = bySku(await store.catalogue.bySkus(skus));
  const missing = skus.filter((sku) => !known.has(sku));
  if (missing.length === 0) return known;
  await store.catalogue.learn(await learnable(catalogue, missing));
  return bySku(await store.catalogue.bySkus(skus));
};

const learnable = async (catalogue: CatalogueQueries, skus: readonly string[]) =>
  (await catalogue.bySkus(skus)).filter(({ status }) => status !== 'deleted');

const bySku = (products: readonly KnownProduct[]): Map<string, KnownProduct> =>
  new Map(products.flatMap((product) => Object.keys(product.prices).map((sku) => [sku, product] as const)));
