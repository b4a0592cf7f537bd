import type { Product } from '@shop/sdk/api.ts';
import { Link } from 'react-router';
import { Money } from '../../ui/money.tsx';
import { Picture } from '../../ui/picture.tsx';
import { StockBadge } from '../stock/stock-badge.tsx';
import { availableOf } from '../stock/stock-words.ts';
import type { StockLevels } from '../stock/use-stock.ts';
import styles from './catalogue.module.css';

interface ProductCardProps {
  product: Product;
  levels: StockLevels;
  /** Among the first to be seen. */
  eager: boolean;
  level: 2 | 3;
}

export const ProductCard = ({ product, levels, eager, level }: ProductCardProps) => {
  const { id, title, brand, images, variants } = product;
  const available = availableOf(
    variants.map(({ sku }) => sku),
    levels.stock,
  );
  const Heading = `h${level}` as const;
  return (
    <li className={styles.card} data-sold-out={available === 0 || undefined}>
      <div className={styles.picture}>
        <Picture url={images[0]?.url ?? variants[0]?.imageUrl} alt="" eager={eager} />
      </div>
      <div className={styles.facts}>
        <p className={styles.brand}>{brand}</p>
        <Heading className={styles.name}>
          <Link to={`/products/${id}`} className={styles.link} title={title.length > 60 ? title : undefined}>
            {title}
          </Link>
        </Heading>
        <div className={styles.row}>
          <Price variants={variants} />
          <StockBadge available={available} isPending={levels.isPending} />
        </div>
      </div>
    </li>
  );
};

/** The price, or the lowest of several. */
const Price = ({ variants }: Pick<Product, 'variants'>) => {
  const prices = variants.map(({ price }) => price).sort((a, b) => a.amount - b.amount);
  const [lowest, highest] = [prices[0], prices.at(-1)];
  if (!lowest || !highest) return <span className={styles.from}>Not for sale</span>;
  return (
    <span className={styles.price}>
      {lowest.amount !== highest.amount && <span className={styles.from}>from </span>}
      <Money value={lowest} />
    </span>
  );
};
