import type { Quote } from '@shop/sdk/api.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { shop } from '../../client/shop.ts';
import { wordsOf } from '../../client/words.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { countIn } from '../amounts.ts';
import { Panel } from '../parts/panel.tsx';
import { consoleKey } from '../queries.ts';
import { voucherReasonWords } from '../refusals.ts';
import { bodyOf, type PreviewVoucher, type VoucherDraft } from './draft.ts';
import styles from './voucher.module.css';

interface SampleLine {
  sku: string;
  title: string;
  quantity: string;
}

const MOST_LINES = 8;

/** The first variants of the catalogue, as something to begin with. */
const useSample = () => {
  const [lines, setLines] = useState<SampleLine[]>();
  const { data } = useQuery({
    queryKey: consoleKey('sample'),
    queryFn: async ({ signal }) =>
      (await shop.products.list({ limit: 3, status: 'active', sort: 'title' }, { signal })).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const first = data?.flatMap(({ title, variants }, index) =>
    variants.slice(0, 1).map(({ sku }): SampleLine => ({ sku, title, quantity: index === 0 ? '3' : '1' })),
  );
  return [lines ?? first, setLines] as const;
};

const PAUSE_MS = 250;

/** `value`, when it has stayed the same for a moment. */
const useSettled = <T,>(value: T): T => {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
};

const voucherIn = (draft: VoucherDraft, currency: string): PreviewVoucher | undefined => {
  // Its name does nothing to a cart.
  const read = bodyOf({ ...draft, code: draft.code.trim() || 'PREVIEW' }, currency);
  return 'body' in read ? read.body : undefined;
};

/** What a draft would do to a sample cart that can be changed. */
export const Preview = ({ draft, currency }: { draft: VoucherDraft; currency: string }) => {
  const [lines, setLines] = useSample();
  const asked = useSettled({
    voucher: voucherIn(draft, currency) ?? null,
    lines: (lines ?? []).flatMap(({ sku, quantity }) => {
      const count = countIn(quantity, 1);
      return count === undefined || count > 999 ? [] : [{ sku, quantity: count }];
    }),
  });
  const { voucher } = asked;
  const preview = useQuery({
    queryKey: consoleKey('preview', asked),
    queryFn: async ({ signal }) =>
      (await shop.vouchers.preview({ voucher: voucher as PreviewVoucher, lines: asked.lines }, { signal })) as Quote,
    enabled: voucher !== null && asked.lines.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  return (
    <Panel title="Preview" aside="on a sample cart">
      {voucher === null ? (
        <div className={styles.note}>
          <Notice title="Not complete yet">The preview goes on when the terms can be read.</Notice>
        </div>
      ) : (
        <Verdict quote={preview.data} error={preview.error} />
      )}
      {lines ? <Cart lines={lines} quote={preview.data} onChange={setLines} /> : <Skeleton height="160px" />}
    </Panel>
  );
};

const Verdict = ({ quote, error }: { quote: Quote | undefined; error: unknown }) => {
  if (error)
    return (
      <div className={styles.note}>
        <Notice tone="danger" title={wordsOf(error).title}>
          {wordsOf(error).detail}
        </Notice>
      </div>
    );
  const [rejected] = quote?.rejected ?? [];
  if (!rejected) return null;
  return (
    <div className={styles.note}>
      <Notice tone="warning" title="It does nothing for this cart">
        The voucher {voucherReasonWords(rejected.reason)}.
      </Notice>
    </div>
  );
};

interface CartProps {
  lines: SampleLine[];
  quote: Quote | undefined;
  onChange: (lines: SampleLine[]) => void;
}

const Cart = ({ lines, quote, onChange }: CartProps) => (
  <>
    <table className={styles.lines} aria-label="Sample cart">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Quantity</th>
          <th scope="col" className={styles.figures}>
            Pays
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line, index) => (
          <tr key={line.sku}>
            <th scope="row">
              <span className={styles.item}>
                {line.title}
                {line.title !== line.sku && <span className={styles.sku}>{line.sku}</span>}
              </span>
            </th>
            <td className={styles.quantity}>
              <Field
                label={`Quantity of ${line.sku}`}
                hideLabel
                inputMode="numeric"
                value={line.quantity}
                onChange={(event) => onChange(lines.with(index, { ...line, quantity: event.target.value }))}
              />
            </td>
            <Paid quote={quote} sku={line.sku} />
          </tr>
        ))}
      </tbody>
      {quote && <Sums quote={quote} />}
    </table>
    <AddLine taken={lines} onAdd={(line) => onChange([...lines, line].slice(-MOST_LINES))} />
  </>
);

const Paid = ({ quote, sku }: { quote: Quote | undefined; sku: string }) => {
  const priced = quote?.lines.find((one) => one.sku === sku);
  return (
    <td className={styles.figures}>
      {priced ? <Money value={priced.total} /> : '–'}
      {priced && priced.discount.amount > 0 && (
        <span className={`${styles.sku} ${styles.saved}`}>
          <Money value={priced.discount} minus />
        </span>
      )}
    </td>
  );
};

const Sums = ({ quote }: { quote: Quote }) => (
  <tfoot>
    <tr>
      <th scope="row" colSpan={2}>
        Before
      </th>
      <td className={styles.figures}>
        <Money value={quote.subtotal} />
      </td>
    </tr>
    <tr>
      <th scope="row" colSpan={2}>
        Discount
      </th>
      <td className={`${styles.figures} ${quote.discountTotal.amount > 0 ? styles.saved : ''}`}>
        <Money value={quote.discountTotal} minus={quote.discountTotal.amount > 0} />
      </td>
    </tr>
    <tr className={styles.total}>
      <th scope="row" colSpan={2}>
        Total
      </th>
      <td className={styles.figures}>
        <Money value={quote.total} />
      </td>
    </tr>
  </tfoot>
);

const AddLine = ({ taken, onAdd }: { taken: readonly SampleLine[]; onAdd: (line: SampleLine) => void }) => {
  const [sku, setSku] = useState('');
  const { data = [] } = useQuery({
    queryKey: consoleKey('suggestions', 'skus', sku),
    queryFn: async ({ signal }) =>
      (await shop.inventory.list({ search: sku || undefined, limit: 8 }, { signal })).items,
  });
  const isTaken = taken.some((line) => line.sku === sku.trim());
  const add = () => {
    if (sku.trim() === '' || isTaken) return;
    onAdd({ sku: sku.trim(), title: sku.trim(), quantity: '1' });
    setSku('');
  };
  return (
    <div className={styles.add}>
      <Field
        label="Another SKU"
        list="sample-skus"
        value={sku}
        error={isTaken ? 'It is in the cart already.' : undefined}
        onChange={(event) => setSku(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <Button onClick={add}>Add</Button>
      <datalist id="sample-skus">
        {data.map((one) => (
          <option key={one.sku} value={one.sku} />
        ))}
      </datalist>
    </div>
  );
};
