import { pageWithItems } from '@shop/sdk/pages.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { shop } from '../../client/shop.ts';
import { Button } from '../../ui/button.tsx';
import { Field, Select, TextArea } from '../../ui/field.tsx';
import { linesIn } from '../amounts.ts';
import { Choices } from '../parts/filters.tsx';
import { Check, FieldRow } from '../parts/form.tsx';
import { consoleKey } from '../queries.ts';
import type { Faults, VoucherDraft } from './draft.ts';
import styles from './voucher.module.css';

interface FieldsProps {
  draft: VoucherDraft;
  faults: Faults;
  set: (change: Partial<VoucherDraft>) => void;
}

type Text = { [Key in keyof VoucherDraft]: VoucherDraft[Key] extends string ? Key : never }[keyof VoucherDraft];

/** What a field of text needs to stand in a form of drafts. */
const bind = ({ draft, faults, set }: FieldsProps, field: Text) => ({
  value: draft[field],
  error: faults.get(field),
  onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
});

const types = [
  { value: 'percentage', word: 'Percentage' },
  { value: 'fixed_amount', word: 'Amount' },
  { value: 'buy_x_get_y', word: 'Buy and get' },
];

export const DealFields = (props: FieldsProps & { currency: string; isNew: boolean }) => {
  const { draft, set, currency, isNew } = props;
  return (
    <>
      <Field
        label="Code"
        hint={isNew ? 'What buyers type; capitals don’t count.' : 'A code stays what it is.'}
        {...bind(props, 'code')}
        disabled={!isNew}
      />
      <Choices
        label="Type"
        value={draft.type}
        choices={types}
        onChoose={(value) => set({ type: value as VoucherDraft['type'] })}
      />
      {draft.type === 'percentage' && (
        <FieldRow>
          <Field label="Percent off" inputMode="decimal" {...bind(props, 'percent')} />
        </FieldRow>
      )}
      {draft.type === 'fixed_amount' && (
        <FieldRow>
          <Field label={`Amount off, in ${currency}`} inputMode="decimal" {...bind(props, 'amount')} />
        </FieldRow>
      )}
      {draft.type === 'buy_x_get_y' && (
        <FieldRow>
          <Field label="Buy" inputMode="numeric" {...bind(props, 'buy')} />
          <Field label="Get" inputMode="numeric" {...bind(props, 'get')} />
          <Field label="Percent off those" inputMode="decimal" {...bind(props, 'percentOff')} />
        </FieldRow>
      )}
    </>
  );
};

const scopes: Record<VoucherDraft['scope'], string> = {
  order: 'Everything in the cart',
  categories: 'Some categories',
  products: 'Some products',
  skus: 'Some SKUs',
};

const hints: Partial<Record<VoucherDraft['scope'], string>> = {
  categories: 'A category a line.',
  products: 'The id of a product a line.',
  skus: 'A SKU a line.',
};

export const ScopeFields = (props: FieldsProps) => {
  const { draft, set } = props;
  return (
    <>
      <Select
        label="On"
        value={draft.scope}
        onChange={(event) => set({ scope: event.target.value as VoucherDraft['scope'], ids: '' })}
      >
        {Object.entries(scopes).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
      {draft.scope !== 'order' && (
        <div>
          <TextArea label="Which ones" rows={3} hint={hints[draft.scope]} {...bind(props, 'ids')} />
          <Suggestions
            scope={draft.scope}
            chosen={linesIn(draft.ids)}
            onAdd={(id) => set({ ids: [...linesIn(draft.ids), id].join('\n') })}
          />
        </div>
      )}
    </>
  );
};

interface SuggestionsProps {
  scope: Exclude<VoucherDraft['scope'], 'order'>;
  chosen: readonly string[];
  onAdd: (id: string) => void;
}

interface Suggestion {
  id: string;
  name: string;
}

const SHOWN = 8;

const suggest = async (
  scope: SuggestionsProps['scope'],
  search: string,
  signal: AbortSignal,
): Promise<Suggestion[]> => {
  if (scope === 'categories')
    return (await shop.products.facets({ signal })).categories.map(({ name }) => ({ id: name, name }));
  const { items } = await pageWithItems((cursor) =>
    shop.products.list({ search: search || undefined, limit: SHOWN, cursor }, { signal }),
  );
  if (scope === 'products') return items.map(({ id, title }) => ({ id, name: title }));
  return items.flatMap(({ variants }) => variants.map(({ sku }) => ({ id: sku, name: sku })));
};

/** What the catalogue has of that kind, to be added with a click. */
const Suggestions = ({ scope, chosen, onAdd }: SuggestionsProps) => {
  const [search, setSearch] = useState('');
  const { data = [] } = useQuery({
    queryKey: consoleKey('suggestions', scope, search),
    queryFn: ({ signal }) => suggest(scope, search, signal),
  });
  return (
    <>
      {scope !== 'categories' && (
        <div className={styles.add}>
          <Field
            label="Find products"
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      )}
      <div className={styles.suggestions}>
        {data
          .filter(({ id }) => !chosen.includes(id))
          .slice(0, SHOWN)
          .map(({ id, name }) => (
            <Button key={id} size="small" aria-label={`Add ${name}`} onClick={() => onAdd(id)}>
              + {name}
            </Button>
          ))}
      </div>
    </>
  );
};

export const LimitFields = (props: FieldsProps & { currency: string }) => {
  const { draft, set, currency } = props;
  return (
    <>
      <FieldRow>
        <Field
          label={`Cart of at least, in ${currency}`}
          inputMode="decimal"
          placeholder="any"
          {...bind(props, 'minSubtotal')}
        />
        <Field label="Uses in all" inputMode="numeric" placeholder="no limit" {...bind(props, 'usageLimit')} />
        <Field label="Uses a buyer" inputMode="numeric" placeholder="no limit" {...bind(props, 'perUserLimit')} />
      </FieldRow>
      <FieldRow wide>
        <Field label="Starts" type="datetime-local" {...bind(props, 'startsAt')} />
        <Field label="Ends" type="datetime-local" {...bind(props, 'endsAt')} />
        <Field label="Priority" inputMode="numeric" hint="The lowest is applied first." {...bind(props, 'priority')} />
      </FieldRow>
      <div className={styles.checks}>
        <Check
          label="Goes together with others"
          checked={draft.combinable}
          onChange={(combinable) => set({ combinable })}
        />
        <Check label="Active" checked={draft.active} onChange={(active) => set({ active })} />
      </div>
    </>
  );
};
