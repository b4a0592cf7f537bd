import type { Cart, Quote } from '@shop/sdk/api.ts';
import { type FormEvent, useId, useRef, useState } from 'react';
import { formatMoney } from '../../client/money.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { announce } from '../../ui/live-region.tsx';
import { toast } from '../../ui/toasts.tsx';
import styles from './cart-drawer.module.css';
import { addVoucherEdit, removeVoucherEdit, sentenceOf, useCartEdit } from './edits.ts';
import { voucherRefusal, voucherSentence } from './reasons.ts';

interface VouchersProps {
  cart: Cart;
  quote: Quote | undefined;
}

/** The vouchers of the cart, what each is worth or why it is not, and a place for another one. */
export const Vouchers = ({ cart, quote }: VouchersProps) => (
  <section className={styles.vouchers} aria-label="Vouchers">
    {cart.vouchers.length > 0 && (
      <ul className={styles.applied}>
        {cart.vouchers.map((code) => (
          <Voucher key={code} code={code} quote={quote} locked={cart.status === 'locked'} />
        ))}
      </ul>
    )}
    <VoucherForm locked={cart.status === 'locked'} />
  </section>
);

const VoucherForm = ({ locked }: { locked: boolean }) => {
  const { edit, isPending } = useCartEdit();
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState<string>();
  const field = useRef<HTMLInputElement>(null);
  const errorId = useId();

  const apply = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = code.trim().toUpperCase();
    if (!wanted) {
      setRefused('Type a voucher’s code first.');
      field.current?.focus();
      return;
    }
    setRefused(undefined);
    try {
      await edit(addVoucherEdit(wanted));
      setCode('');
      announce(`${wanted} is in your cart.`);
    } catch (error) {
      setRefused(voucherRefusal(error) ?? sentenceOf(error));
      field.current?.focus();
    }
  };

  return (
    <form className={styles.form} onSubmit={apply} noValidate>
      <Field
        ref={field}
        label="Voucher code"
        name="voucher"
        className={styles.code}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={64}
        disabled={locked}
        value={code}
        aria-invalid={refused ? true : undefined}
        aria-describedby={refused ? errorId : undefined}
        onChange={(event) => {
          setCode(event.target.value);
          setRefused(undefined);
        }}
      />
      <Button type="submit" busy={isPending} disabled={locked}>
        Apply voucher
      </Button>
      <p id={errorId} role="alert" className={styles.formError} hidden={!refused}>
        {refused}
      </p>
    </form>
  );
};

const Voucher = ({ code, quote, locked }: { code: string; quote: Quote | undefined; locked: boolean }) => {
  const { edit } = useCartEdit();
  const worth = quote?.discounts.find((discount) => discount.code === code);
  const rejected = quote?.rejected.find((rejection) => rejection.code === code);
  const remove = async () => {
    try {
      await edit(removeVoucherEdit(code));
      announce(`${code} is out of your cart.`);
    } catch (error) {
      toast(sentenceOf(error), { tone: 'danger' });
    }
  };
  return (
    <li className={styles.voucher}>
      <div>
        <strong>{code}</strong>
        {worth && <p className={styles.worth}>Takes {formatMoney(worth.amount)} off</p>}
        {rejected && <p className={styles.reason}>{voucherSentence(code, rejected.reason)}</p>}
      </div>
      <Button kind="quiet" size="small" disabled={locked} onClick={remove} aria-label={`Remove voucher ${code}`}>
        Remove
      </Button>
    </li>
  );
};
