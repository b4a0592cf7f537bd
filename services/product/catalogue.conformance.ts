import type { CatalogueQueries } from '@shop/contracts/commands.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Product } from './domain.ts';
import type { CreateProduct, VariantBody } from './schemas.ts';
import type { ProductService } from './service.ts';
import { unique } from './testing/products.ts';

export interface CatalogueUnderTest {
  queries: CatalogueQueries;
  /** Where products are written. */
  products: Pick<ProductService, 'create' | 'patch' | 'remove'>;
}

/** What every `CatalogueQueries` answers, asked in the process or over HTTP. */
export const catalogueQueriesConformance = (name: string, open: () => Promise<CatalogueUnderTest>): void => {
  describe(`CatalogueQueries ${name}`, () => {
    let catalogue: CatalogueUnderTest;
    beforeAll(async () => {
      catalogue = await open();
    });
    const create = async (fields: Partial<CreateProduct> = {}): Promise<Product> => {
      const made = await catalogue.products.create({ ...plain(), ...fields });
      if (isRefusal(made)) throw new Error(made.code);
      return made;
    };
    const bySkus = (...skus: string[]) => catalogue.queries.bySkus(skus);

    it('When SKUs are asked for, then their products are told as events tell them, and nothing else', async () => {
      const [bare, full] = [unique('BARE'), unique('FULL')];
      const first = await create({ variants: [variant({ sku: bare })] });
      const pictured = {
        brand: 'Peak',
        category: 'Kitchen',
        images: [{ url: '/images/mug.svg', alt: '' }],
        variants: [variant({ sku: full, options: { Größe: 'L "wide"' }, imageUrl: '/images/l.svg', initialStock: 0 })],
      };
      const second = await create(pictured);
      const common = { title: 'Trail mug', currency: 'USD', status: 'active', version: 1 };
      expect((await bySkus(bare, full, 'nobody')).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toStrictEqual([
        {
          ...common,
          id: first.id,
          handle: first.handle,
          category: '',
          brand: '',
          variants: [{ sku: bare, price: 1400, options: {} }],
        },
        {
          ...common,
          id: second.id,
          handle: second.handle,
          category: 'Kitchen',
          brand: 'Peak',
          imageUrl: '/images/mug.svg',
          variants: [
            { sku: full, price: 1400, options: { Größe: 'L "wide"' }, imageUrl: '/images/l.svg', initialStock: 0 },
          ],
        },
      ]);
    });

    it('When a product owns several of the SKUs, or one is named twice, then it is told once', async () => {
      const skus = [unique('A'), unique('B'), unique('C')];
      const { id } = await create({ variants: skus.map((sku) => variant({ sku })) });
      expect((await bySkus(...skus, ...skus)).map((product) => product.id)).toEqual([id]);
    });

    it('When a SKU has left its product, or the product is deleted, then nobody owns it; by id a tombstone is told', async () => {
      const [kept, left] = [unique('KEPT'), unique('LEFT')];
      const { id } = await create({ variants: [variant({ sku: kept }), variant({ sku: left })] });
      await catalogue.products.patch(id, { variants: [variant({ sku: kept })] });
      expect(await bySkus(left)).toEqual([]);
      expect(await bySkus(kept)).toMatchObject([{ id, version: 2 }]);
      await catalogue.products.remove(id);
      expect(await bySkus(kept)).toEqual([]);
      expect(await catalogue.queries.byIds([id])).toMatchObject([{ id, status: 'deleted', variants: [], version: 3 }]);
    });

    it('When a product is not on sale, then it is told with its status', async () => {
      const sku = unique('DRAFT');
      const { id } = await create({ status: 'draft', variants: [variant({ sku })] });
      expect(await bySkus(sku)).toMatchObject([{ id, status: 'draft' }]);
      expect(await catalogue.queries.byIds([id, systemIds.uuid()])).toMatchObject([{ id, status: 'draft' }]);
    });

    it('When nothing is asked for, then nothing is answered', async () => {
      expect(await bySkus()).toEqual([]);
      expect(await catalogue.queries.byIds([])).toEqual([]);
    });

    it('When more is asked for than a full cart holds, then all is answered', async () => {
      const skus = Array.from({ length: 230 }, (_, n) => unique(`多-${n}`));
      const made: Product[] = [];
      for (let from = 0; from < skus.length; from += 23) {
        made.push(await create({ variants: skus.slice(from, from + 23).map((sku) => variant({ sku })) }));
      }
      // One of each product's first: its SKUs are spread over all that is asked.
      const spread = skus.toSorted((a, b) => (Number(a.split('-')[1]) % 23) - (Number(b.split('-')[1]) % 23));
      const told = await bySkus(...spread);
      expect(told.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
      expect(told.flatMap(({ variants }) => variants.map(({ sku }) => sku)).toSorted()).toEqual(skus.toSorted());
      const ids = [...made.map(({ id }) => id), ...Array.from({ length: 200 }, systemIds.uuid)];
      expect(await catalogue.queries.byIds(ids)).toHaveLength(made.length);
    });
  });
};

const variant = (fields: Partial<VariantBody> = {}): VariantBody => ({
  sku: unique('sku'),
  price: { amount: 1400, currency: 'USD' },
  options: {},
  ...fields,
});

const plain = (): CreateProduct => ({
  title: 'Trail mug',
  description: '',
  images: [],
  brand: '',
  category: '',
  tags: [],
  attributes: {},
  status: 'active',
  variants: [variant()],
});
