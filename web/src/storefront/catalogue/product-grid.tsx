import type { Product } from '@shop/sdk/api.ts';
import { Notice } from '../../ui/notice.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { useStock } from '../stock/use-stock.ts';
import styles from './catalogue.module.css';
import { ProductCard } from './product-card.tsx';

const skusOf = (products: readonly Product[]): string[] =>
  products.flatMap(({ variants }) => variants.map(({ sku }) => sku));

interface ProductGridProps {
  pages: readonly Product[][];
  /** A row of four below something else. */
  few?: boolean;
}

/** Products as cards, with what is left of them: asked for together, and kept up to date. */
export const ProductGrid = ({ pages, few }: ProductGridProps) => {
  const levels = useStock(pages.flatMap(skusOf));
  return (
    <>
      {levels.isError && (
        <div className={styles.partial}>
          <Notice tone="warning">How much is in stock can’t be told right now. You can still buy.</Notice>
        </div>
      )}
      <ul className={few ? styles.four : styles.grid}>
        {pages.flat().map((product, at) => (
          <ProductCard key={product.id} product={product} levels={levels} eager={at < 8} level={few ? 3 : 2} />
        ))}
      </ul>
    </>
  );
};

/** The place of a page of products. */
export const GridSkeleton = ({ count, few }: { count: number; few?: boolean }) => (
  <>
    <Loading what="products" />
    <div className={few ? styles.four : styles.grid}>
      {Array.from({ length: count }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
        <CardSkeleton key={at} />
      ))}
    </div>
  </>
);

const CardSkeleton = () => (
  <div className={styles.card}>
    <div className={styles.square}>
      <Skeleton height="100%" />
    </div>
    <div className={styles.facts}>
      <div className={styles.brand}>
        <Skeleton width="40%" height="1.5em" />
      </div>
      <div className={styles.name}>
        <Skeleton width="80%" height="1.35em" />
      </div>
      <div className={styles.row}>
        <Skeleton width="30%" height="22px" />
        <Skeleton width="64px" height="22px" round />
      </div>
    </div>
  </div>
);
