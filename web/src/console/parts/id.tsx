import { useState } from 'react';
import { CheckIcon } from '../../ui/icons.tsx';
import { announce } from '../../ui/live-region.tsx';
import { CopyIcon } from '../icons.tsx';
import styles from './id.module.css';

/** The end of an id: two that were made in the same second begin alike. */
export const shortId = (id: string): string => id.slice(-8);

const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not over plain HTTP, or not allowed.
    return false;
  }
};

const SHOWN_MS = 1_500;

interface IdProps {
  /** "saga", "order": what it is the id of. */
  of: string;
  value: string;
  /** Written out. */
  whole?: boolean;
  /** In a table, where a stop at each would make a long way. */
  skip?: boolean;
}

/** Copies an id. */
export const CopyId = ({ of, value, skip }: Omit<IdProps, 'whole'>) => {
  const [copied, setCopied] = useState(false);
  const onClick = async () => {
    if (!(await copy(value))) return announce(`The ${of} id could not be copied`);
    announce(`Copied the ${of} id`);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button
      type="button"
      className={styles.copy}
      onClick={onClick}
      tabIndex={skip ? -1 : undefined}
      aria-label={`Copy ${of} id`}
      title={value}
    >
      {copied ? <CheckIcon size={14} /> : <CopyIcon />}
    </button>
  );
};

/** An id, short, with its whole on hover and a button that copies it. */
export const Id = ({ of, value, whole, skip }: IdProps) => (
  <span className={styles.id}>
    <code title={whole ? undefined : value}>{whole ? value : shortId(value)}</code>
    <CopyId of={of} value={value} skip={skip} />
  </span>
);
