import type { Stock } from '@shop/sdk/api.ts';
import styles from './level.module.css';

/** What is on hand as a bar, what is reserved of it as its darker part. The figures stand beside it. */
export const Level = ({ stock: { onHand, reserved } }: { stock: Stock }) => {
  // Few units are told apart better than many.
  const share = (count: number) => `${(100 * Math.log1p(count)) / Math.log1p(Math.max(onHand, 200))}%`;
  return (
    <span className={styles.level} aria-hidden="true">
      <span className={styles.onHand} style={{ inlineSize: share(onHand) }} />
      {reserved > 0 && <span className={styles.reserved} style={{ inlineSize: share(reserved) }} />}
    </span>
  );
};
