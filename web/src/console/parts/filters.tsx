import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { Field } from '../../ui/field.tsx';
import styles from './filters.module.css';

/** Filters live in the address: a view that is sent to somebody, or loaded again, looks the same. */
export const useFilters = () => {
  const [params, setParams] = useSearchParams();
  const { pathname } = useLocation();
  return {
    get: (name: string): string => params.get(name) ?? '',
    set(name: string, value: string) {
      // Somebody has gone on already, to a view that is still being loaded: a filter must not call them back.
      if (window.location.pathname !== pathname) return;
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      );
    },
  };
};

/** The filter, if it is one of `values`; addresses are typed by people. */
export const oneOf = <Value extends string>(value: string, values: readonly Value[]): Value | undefined =>
  values.find((one) => one === value);

export const FilterBar = ({ children }: { children: ReactNode }) => <div className={styles.bar}>{children}</div>;

interface ChoicesProps {
  label: string;
  value: string;
  choices: readonly { value: string; word: string }[];
  onChoose: (value: string) => void;
}

/** One of a few, all in sight; radio buttons in the dress of tabs. */
export const Choices = ({ label, value, choices, onChoose }: ChoicesProps) => (
  <fieldset className={styles.choices}>
    <legend className="visually-hidden">{label}</legend>
    {choices.map((choice) => (
      <label key={choice.value} className={styles.choice}>
        <input
          type="radio"
          name={label}
          value={choice.value}
          checked={choice.value === value}
          onChange={() => onChoose(choice.value)}
          className="visually-hidden"
        />
        {choice.word}
      </label>
    ))}
  </fieldset>
);

const PAUSE_MS = 250;

interface FilterTextProps {
  label: string;
  value: string;
  placeholder?: string;
  onSettle: (value: string) => void;
}

/** A filter that is typed; it counts when the typing pauses. */
export const FilterText = ({ label, value, placeholder, onSettle }: FilterTextProps) => {
  const [text, setText] = useState(value);
  const settled = useRef(value);
  const settle = useRef(onSettle);
  settle.current = onSettle;

  // The address has changed by itself: the browser's way back.
  useEffect(() => {
    if (value !== settled.current) {
      settled.current = value;
      setText(value);
    }
  }, [value]);

  useEffect(() => {
    if (text.trim() === settled.current) return;
    const timer = setTimeout(() => {
      settled.current = text.trim();
      settle.current(text.trim());
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div className={styles.text}>
      <Field
        label={label}
        hideLabel
        type="search"
        value={text}
        placeholder={placeholder ?? label}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
};

/** Whether what is shown keeps itself up to date. */
export const LiveMark = ({ isLive }: { isLive: boolean }) => (
  <span className={isLive ? styles.live : styles.still}>{isLive ? 'Live' : 'Paused while you look further back'}</span>
);
