import type { Cart, Quote } from '@shop/sdk/api.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { useState } from 'react';
import { Link } from 'react-router';
import { formatMoney } from '../../client/money.ts';
import { Button } from '../../ui/button.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Picture } from '../../ui/picture.tsx';
import { Quantity } from '../../ui/quantity.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { toast } from '../../ui/toasts.tsx';
import styles from './cart-drawer.module.css';
import { forcedQuantityEdit, quantityEdit, sentenceOf, useCartEdit } from './edits.ts';

type Item = Cart['items'][number];

/** Sets a line's quantity; what to keep in mind where another tab was there before. */
const useLineEdit = ({ sku, title }: Item) => {
  const { edit } = useCartEdit();
  const [missed, setMissed] = useState<number>();
  const change = async (quantity: number, force = false) => {
    setMissed(undefined);
    try {
      await edit(force ? forcedQuantityEdit(sku, quantity) : quantityEdit(sku, quantity));
      announce(quantity === 0 ? `${title} is out of your cart.` : `${title}: ${quantity} in your cart.`);
    } catch (error) {
      if (error instanceof ShopError && error.code === 'VERSION_CONFLICT') setMissed(quantity);
      else toast(sentenceOf(error), { tone: 'danger' });
    }
  };
  return { change, missed };
};

interface CartLineProps {
  item: Item;
  /** What of the product it is: "Blue, 2 l". */
  variant: string | undefined;
  /** How many can be bought; undefined where that is not known. */
  available: number | undefined;
  /** What vouchers take off it; undefined where that is not known (yet). */
  discount: Quote['total'] | undefined;
  locked: boolean;
}

export const CartLine = ({ item, variant, available, discount, locked }: CartLineProps) => {
  const { change, missed } = useLineEdit(item);
  const name = variant ? `${item.title}, ${variant}` : item.title;
  return (
    <li className={styles.line} aria-label={name}>
      <div className={styles.picture}>
        <Picture url={item.imageUrl} alt="" eager />
      </div>
      <Link to={`/products/${item.productId}?sku=${encodeURIComponent(item.sku)}`} className={styles.title}>
        {item.title}
      </Link>
      <div className={item.available ? styles.price : `${styles.price} ${styles.gone}`}>
        <Money value={item.lineTotal} />
      </div>
      <div className={styles.about}>
        {variant && <span>{variant}</span>}
        {item.quantity > 1 && (
          <span>
            <Money value={item.unitPrice} /> each
          </span>
        )}
        {item.available && available !== undefined && available < item.quantity && (
          <span className={styles.reason}>{available === 0 ? 'Sold out' : `Only ${available} left`}</span>
        )}
        {discount !== undefined && discount.amount > 0 && (
          <span className={styles.off}>
            <Money value={discount} minus />
            <span className="visually-hidden"> with vouchers</span>
          </span>
        )}
      </div>
      <div className={styles.controls}>
        <Quantity
          small
          value={item.quantity}
          of={name}
          disabled={locked || !item.available}
          onChange={(quantity) => change(quantity)}
        />
        <Button kind="quiet" size="small" disabled={locked} onClick={() => change(0)} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      </div>
      <LineNotes item={item} missed={missed} keep={(quantity) => change(quantity, true)} />
    </li>
  );
};

interface LineNotesProps {
  item: Item;
  missed: number | undefined;
  keep: (quantity: number) => void;
}

const LineNotes = ({ item, missed, keep }: LineNotesProps) => (
  <div className={styles.notes}>
    {!item.available && <Notice tone="warning">This is no longer sold. Remove it to check out with the rest.</Notice>}
    {item.priceChanged && item.previousPrice && (
      <Notice tone="warning">
        The price changed from {formatMoney(item.previousPrice)} to {formatMoney(item.unitPrice)} since you added it.
      </Notice>
    )}
    {missed !== undefined && (
      <Notice
        tone="warning"
        announce
        title="Your cart was changed somewhere else"
        actions={
          <Button size="small" onClick={() => keep(missed)}>
            {missed === 0 ? 'Remove it anyway' : `Set it to ${missed} anyway`}
          </Button>
        }
      >
        There are {item.quantity} of this in it now.
      </Notice>
    )}
  </div>
);

export const LineSkeleton = () => (
  <div className={styles.lines}>
    <Loading what="your cart" />
    {[1, 2].map((line) => (
      <div key={line} className={styles.line}>
        <div className={styles.picture}>
          <Skeleton height="72px" />
        </div>
        <Skeleton width="70%" />
        <Skeleton width="56px" />
        <div className={styles.about}>
          <Skeleton width="40%" />
        </div>
        <div className={styles.controls}>
          <Skeleton width="116px" height="34px" />
        </div>
      </div>
    ))}
  </div>
);
