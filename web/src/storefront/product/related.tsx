import type { Product } from '@shop/sdk/api.ts';
import { useQuery } from '@tanstack/react-query';
import { shop } from '../../client/shop.ts';
import { GridSkeleton, ProductGrid } from '../catalogue/product-grid.tsx';
import styles from './product-page.module.css';

const SHOWN = 4;

/** Others of its category, those of its brand first. */
const othersOf = (product: Product, found: readonly Product[]): Product[] =>
  found
    .filter(({ id }) => id !== product.id)
    .sort((a, b) => Number(b.brand === product.brand) - Number(a.brand === product.brand))
    .slice(0, SHOWN);

/** What one may like too. Where that can't be had, nothing is missing. */
export const Related = ({ product }: { product: Product }) => {
  const { data, isError } = useQuery({
    queryKey: ['related', product.category],
    queryFn: ({ signal }) => shop.products.list({ category: product.category, limit: 12 }, { signal }),
    enabled: product.category !== '',
    staleTime: 60_000,
  });
  const others = data && othersOf(product, data.items);
  if (product.category === '' || isError || others?.length === 0) return null;
  return (
    <section className={styles.related} aria-labelledby="related">
      <h2 id="related">More in {product.category}</h2>
      {others ? <ProductGrid pages={[others]} few /> : <GridSkeleton count={SHOWN} few />}
    </section>
  );
};
