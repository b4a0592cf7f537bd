import { useId } from 'react';
import { Select } from '../../ui/field.tsx';
import { afterChoice, choicesOf, type OptionChoice, optionsTellApart, type Variant, valuesBeside } from './options.ts';
import styles from './product-page.module.css';

/** More values than this are a list to open rather than buttons. */
const MANY = 16;

interface OptionPickerProps {
  variants: readonly Variant[];
  current: Variant;
  onPick: (variant: Variant) => void;
  /** Whether any of it is left. */
  isThere: (variant: Variant) => boolean;
}

/** Chooses a variant by its options; where those don't tell variants apart, by SKU. */
export const OptionPicker = (props: OptionPickerProps) => {
  const { variants, current, onPick, isThere } = props;
  if (variants.length < 2) return null;
  if (!optionsTellApart(variants))
    return (
      <Select
        label="Variant"
        value={current.sku}
        onChange={({ target }) => onPick(variants.find(({ sku }) => sku === target.value) ?? current)}
      >
        {variants.map((variant) => (
          <option key={variant.sku} value={variant.sku}>
            {[...Object.values(variant.options), variant.sku].join(' · ')}
            {isThere(variant) ? '' : ' (sold out)'}
          </option>
        ))}
      </Select>
    );
  return choicesOf(variants).map((choice) => <Option key={choice.name} choice={choice} {...props} />);
};

const Option = ({ choice, variants, current, onPick, isThere }: OptionPickerProps & { choice: OptionChoice }) => {
  const group = useId();
  const pick = (value: string) => onPick(afterChoice(variants, current, choice.name, value, isThere));
  const values = valuesBeside(variants, current, choice, isThere);
  if (values.length > MANY)
    return (
      <Select
        label={choice.name}
        value={values.find(({ isChosen }) => isChosen)?.value}
        onChange={({ target }) => pick(target.value)}
      >
        {values.map(({ value, isThere: there }) => (
          <option key={value} value={value}>
            {there ? value : `${value} (sold out)`}
          </option>
        ))}
      </Select>
    );
  return (
    <fieldset>
      <legend className={styles.legend}>{choice.name}</legend>
      <div className={styles.values}>
        {values.map(({ value, isChosen, isThere: there }) => (
          <label key={value} className={styles.value} data-sold-out={!there || undefined}>
            <input type="radio" name={group} value={value} checked={isChosen} onChange={() => pick(value)} />
            <span>
              {value}
              {!there && <span className="visually-hidden"> (sold out)</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
};
