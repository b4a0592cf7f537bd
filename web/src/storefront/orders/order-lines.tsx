import type { Order } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Money } from '../../ui/money.tsx';
import { toast } from '../../ui/toasts.tsx';
import { cartKey } from '../cart/cart.ts';
import { sentenceOf } from '../cart/edits.ts';
import { useVariantNames } from '../cart/variant-names.ts';
import styles from './orders.module.css';

/** What was bought, and how its price came about. */
export const OrderLines = ({ order }: { order: Order }) => {
  const names = useVariantNames(order.lines.map(({ productId }) => productId));
  return (
    <section className={styles.panel} aria-labelledby="lines">
      <h2 id="lines" className={styles.panelTitle}>
        What you ordered
      </h2>
      <ul>
        {order.lines.map((line) => (
          <li key={line.sku} className={styles.line}>
            <div>
              <Link to={`/products/${line.productId}?sku=${encodeURIComponent(line.sku)}`} className={styles.lineTitle}>
                {line.title}
              </Link>
              <p className={styles.lineAbout}>
                {names.get(line.sku) && <span>{names.get(line.sku)}</span>}
                <span>
                  {line.quantity} × <Money value={line.unitPrice} />
                </span>
              </p>
            </div>
            <Money value={{ ...line.unitPrice, amount: line.unitPrice.amount * line.quantity }} />
          </li>
        ))}
      </ul>
      <Totals order={order} />
      {order.status === 'cancelled' && <OrderAgain order={order} />}
    </section>
  );
};

const Totals = ({ order: { subtotal, vouchers, total } }: { order: Order }) => (
  <dl className={styles.totals}>
    {vouchers.length > 0 && (
      <div>
        <dt>Subtotal</dt>
        <dd>
          <Money value={subtotal} />
        </dd>
      </div>
    )}
    {vouchers.map(({ code, amount }) => (
      <div key={code}>
        <dt>{code}</dt>
        <dd className={styles.minus}>
          <Money value={amount} minus />
        </dd>
      </div>
    ))}
    <div className={styles.sum}>
      <dt>Total</dt>
      <dd>
        <Money value={total} />
      </dd>
    </div>
  </dl>
);

/** Puts all of it into the cart once more; what is gone is told. */
const OrderAgain = ({ order }: { order: Order }) => {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      for (const { sku, quantity } of order.lines) await shop.cart.add(sku, quantity);
    },
    onSuccess: () => toast('All of it is in your cart.'),
    onError: (error) => toast(sentenceOf(error), { tone: 'danger' }),
    onSettled: () => client.invalidateQueries({ queryKey: cartKey(order.userId) }),
  });
  return (
    <Button busy={isPending} onClick={() => mutate()}>
      Put it into the cart again
    </Button>
  );
};
