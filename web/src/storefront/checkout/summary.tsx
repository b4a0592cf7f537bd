import { Money } from '../../ui/money.tsx';
import { Picture } from '../../ui/picture.tsx';
import { useVariantNames } from '../cart/variant-names.ts';
import type { Summary as SummaryView } from './record.ts';
import styles from './summary.module.css';

/** What is being bought, as it was when Checkout was pressed. */
export const Summary = ({ summary: { lines, discounts, total } }: { summary: SummaryView }) => {
  const names = useVariantNames(lines.map(({ productId }) => productId));
  return (
    <section className={styles.summary} aria-labelledby="summary">
      <h2 id="summary" className={styles.title}>
        Order summary
      </h2>
      <ul className={styles.lines}>
        {lines.map((line) => (
          <li key={line.sku} className={styles.line}>
            <div className={styles.picture}>
              <Picture url={line.imageUrl} alt="" eager />
            </div>
            <div>
              <p className={styles.name}>{line.quantity > 1 ? `${line.quantity} × ${line.title}` : line.title}</p>
              <p className={styles.about}>{names.get(line.sku)}</p>
            </div>
            <Money value={line.total} />
          </li>
        ))}
      </ul>
      <dl className={styles.totals}>
        {discounts.map(({ code, amount }) => (
          <div key={code} className={styles.row}>
            <dt>{code}</dt>
            <dd className={styles.minus}>
              <Money value={amount} minus />
            </dd>
          </div>
        ))}
        <div className={`${styles.row} ${styles.sum}`}>
          <dt>Total</dt>
          <dd>
            <Money value={total} />
          </dd>
        </div>
      </dl>
    </section>
  );
};
