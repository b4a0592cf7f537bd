import { Link } from 'react-router';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import { listIn } from '../amounts.ts';
import { Panel } from '../parts/panel.tsx';
import { stockPath } from '../stock/path.ts';
import { newVariant, type PartProps, type VariantDraft } from './draft.ts';
import styles from './variants.module.css';

/** The variants as a table that can be written in: a row a SKU, a column an option. */
export const Variants = ({ draft, faults, set, currency }: PartProps & { currency: string }) => {
  const names = listIn(draft.optionNames);
  const change = (key: string, part: Partial<VariantDraft>) =>
    set({ variants: draft.variants.map((variant) => (variant.key === key ? { ...variant, ...part } : variant)) });
  return (
    <Panel title="Variants" aside={`${draft.variants.length} in all`} flush>
      <div className={styles.options}>
        <Field
          label="Options"
          hint="What tells the variants apart, with commas between: Colour, Size."
          value={draft.optionNames}
          onChange={(event) => set({ optionNames: event.target.value })}
        />
      </div>
      <table className={styles.table} aria-label="Variants">
        <thead>
          <tr>
            <th scope="col">SKU</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">Price in {currency}</th>
            <th scope="col">Stock</th>
            <th scope="col">
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {draft.variants.map((variant, index) => (
            <VariantRow
              key={variant.key}
              variant={variant}
              names={names}
              faultAt={(field) => faults.get(`variants.${index}.${field}`)}
              change={(part) => change(variant.key, part)}
              remove={
                draft.variants.length > 1
                  ? () => set({ variants: draft.variants.filter(({ key }) => key !== variant.key) })
                  : undefined
              }
            />
          ))}
        </tbody>
      </table>
      <div className={styles.add}>
        <Button size="small" onClick={() => set({ variants: [...draft.variants, newVariant(draft.variants.at(-1))] })}>
          Add a variant
        </Button>
      </div>
    </Panel>
  );
};

interface VariantRowProps {
  variant: VariantDraft;
  names: readonly string[];
  faultAt: (field: string) => string | undefined;
  change: (part: Partial<VariantDraft>) => void;
  remove: (() => void) | undefined;
}

const VariantRow = ({ variant, names, faultAt, change, remove }: VariantRowProps) => {
  const of = variant.sku || 'the new variant';
  return (
    <tr>
      <td data-name="SKU">
        {variant.isNew ? (
          <Field
            label="SKU"
            hideLabel
            value={variant.sku}
            error={faultAt('sku')}
            onChange={(event) => change({ sku: event.target.value })}
          />
        ) : (
          <span className={styles.sku}>{variant.sku}</span>
        )}
      </td>
      {names.map((name) => (
        <td key={name} data-name={name}>
          <Field
            label={`${name} of ${of}`}
            hideLabel
            value={variant.options[name] ?? ''}
            onChange={(event) => change({ options: { ...variant.options, [name]: event.target.value } })}
          />
        </td>
      ))}
      <td data-name="Price">
        <Field
          label={`Price of ${of}`}
          hideLabel
          inputMode="decimal"
          value={variant.price}
          error={faultAt('price') ?? faultAt('price.amount')}
          onChange={(event) => change({ price: event.target.value })}
        />
      </td>
      <td data-name="Stock">
        {variant.isNew ? (
          <Field
            label={`First stock of ${of}`}
            hideLabel
            inputMode="numeric"
            placeholder="0"
            value={variant.initialStock}
            error={faultAt('initialStock')}
            onChange={(event) => change({ initialStock: event.target.value })}
          />
        ) : (
          <Link to={stockPath(variant.sku)}>Stock and ledger</Link>
        )}
      </td>
      <td className={styles.remove}>
        {remove && (
          <Button kind="quiet" size="small" aria-label={`Remove ${of}`} onClick={remove}>
            <CloseIcon />
          </Button>
        )}
      </td>
    </tr>
  );
};
