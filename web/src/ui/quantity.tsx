import { useEffect, useId, useRef, useState } from 'react';
import { MinusIcon, PlusIcon } from './icons.tsx';
import styles from './quantity.module.css';

interface QuantityProps {
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max?: number;
  disabled?: boolean;
  /** What it is the quantity of, for the names of the two buttons. */
  of: string;
  small?: boolean;
}

const PAUSE_MS = 600;

/** A number with a button to each side. What is typed counts after a pause, with Enter, or when the field is left. */
export const Quantity = ({ value, onChange, min = 1, max = 999, disabled, of, small }: QuantityProps) => {
  const id = useId();
  const [text, setText] = useState(String(value));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(String(value)), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const commit = (typed: string) => {
    clearTimeout(timer.current);
    const number = Math.trunc(Number(typed));
    const next = Number.isFinite(number) && typed.trim() !== '' ? Math.min(max, Math.max(min, number)) : value;
    setText(String(next));
    if (next !== value) onChange(next);
  };

  return (
    <div className={small ? styles.small : styles.quantity}>
      <button
        type="button"
        className={styles.step}
        disabled={disabled || value <= min}
        onClick={() => commit(String(value - 1))}
        aria-label={`One less: ${of}`}
      >
        <MinusIcon />
      </button>
      <label htmlFor={id} className="visually-hidden">
        Quantity
      </label>
      <input
        id={id}
        className={styles.input}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        role="spinbutton"
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        disabled={disabled}
        value={text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          const typed = event.target.value.replace(/\D/g, '').slice(0, 3);
          setText(typed);
          clearTimeout(timer.current);
          if (typed !== '') timer.current = setTimeout(() => commit(typed), PAUSE_MS);
        }}
        onBlur={() => commit(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit(text);
          else if (event.key === 'ArrowUp') commit(String(value + 1));
          else if (event.key === 'ArrowDown') commit(String(value - 1));
          else return;
          event.preventDefault();
        }}
      />
      <button
        type="button"
        className={styles.step}
        disabled={disabled || value >= max}
        onClick={() => commit(String(value + 1))}
        aria-label={`One more: ${of}`}
      >
        <PlusIcon />
      </button>
    </div>
  );
};
