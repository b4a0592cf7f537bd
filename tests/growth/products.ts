import { systemIds } from '@shop/platform/time/system.ts';
import { toDocument } from '@shop/product/document.ts';
import { newProduct, type Product } from '@shop/product/domain.ts';
import { searchKeys } from '@shop/product/search.ts';

const kinds = ['Mug', 'Lamp', 'Shirt', 'Chair', 'Tent', 'Bottle', 'Jacket', 'Knife', 'Rope', 'Stove'];
const makes = ['Trail', 'River', 'Forest', 'Harbour', 'Summit', 'Valley', 'Prairie', 'Island', 'Canyon', 'Glacier'];
export const categories = 100;
const brands = 1_000;
const firstMoment = Date.UTC(2025, 0, 1);

/** The product of a number; its words are some that many have, some that few have, and one that no other has. */
export const productOf = (n: number): Product => {
  const kind = kinds[n % kinds.length] ?? '';
  const make = makes[Math.floor(n / 10) % makes.length] ?? '';
  return newProduct(
    {
      title: `${make} ${kind} series${n % 5_000} no${n}`,
      description: `A ${kind.toLowerCase()} for every day, made to last, one of many. `.repeat(4),
      images: [{ url: `/pictures/${kind.toLowerCase()}.svg`, alt: kind }],
      brand: `Brand ${n % brands}`,
      category: `Category ${n % categories}`,
      tags: [`tag${n % 300}`],
      attributes: { weight: n % 900, washable: n % 2 === 0 },
      status: 'active',
      variants: [0, 1].map((v) => ({
        sku: `GROWTH-${n}-${v}`,
        price: 500 + ((n * 7919) % 20_000),
        options: { size: `${v}` },
      })),
    },
    {
      id: systemIds.uuid(),
      handle: `growth-${n}`,
      currency: 'USD',
      now: new Date(firstMoment + n * 1000).toISOString(),
    },
  );
};

/** As a document of MongoDB's `products`, with nothing to say. */
export const documentOf = (product: Product) => ({
  _id: product.id,
  product: toDocument(product),
  keys: searchKeys(product),
});
