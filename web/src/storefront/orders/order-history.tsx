import type { Order } from '@shop/sdk/api.ts';
import { Ago } from '../../ui/ago.tsx';
import styles from './orders.module.css';
import { historyWords } from './orders.ts';

/** What has become of an order, oldest first. */
export const OrderHistory = ({ order: { history, contact } }: { order: Order }) => (
  <section className={styles.panel} aria-labelledby="history">
    <h2 id="history" className={styles.panelTitle}>
      History
    </h2>
    <ol className={styles.history}>
      {history.map(({ status, at, reason }) => (
        <li key={status + at}>
          <span>{historyWords[status]}</span>
          <span className={styles.when}>
            <Ago at={at} />
          </span>
          {reason && <p className={styles.reason}>{reason}</p>}
        </li>
      ))}
    </ol>
    {contact && (
      <p className={styles.lineAbout}>
        For {contact.name}, {contact.email}
      </p>
    )}
  </section>
);
