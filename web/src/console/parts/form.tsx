import { ShopError } from '@shop/sdk/errors.ts';
import type { ReactNode } from 'react';
import { wordsOf } from '../../client/words.ts';
import { Notice } from '../../ui/notice.tsx';
import styles from './form.module.css';

interface FormProps {
  onSubmit: () => void;
  actions: ReactNode;
  children: ReactNode;
  label?: string;
}

/** Fields below each other, and below them what sends them. */
export const Form = ({ onSubmit, actions, children, label }: FormProps) => (
  <form
    aria-label={label}
    noValidate
    className={styles.form}
    onSubmit={(event) => {
      event.preventDefault();
      onSubmit();
    }}
  >
    {children}
    <div className={styles.actions}>{actions}</div>
  </form>
);

/** Fields beside each other where there is room; `wide` ones need more of it. */
export const FieldRow = ({ wide, children }: { wide?: boolean; children: ReactNode }) => (
  <div className={wide ? styles.wide : styles.row}>{children}</div>
);

/** A box to tick, with its words. */
export const Check = ({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) => (
  <label className={styles.check}>
    <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
    {label}
  </label>
);

/** What the shop has against what was sent. */
export const Fault = ({ error }: { error: unknown }) => {
  if (!error) return null;
  const { title, detail } = wordsOf(error);
  const messages =
    error instanceof ShopError
      ? (error.problem.errors ?? []).flatMap(({ message }) => (typeof message === 'string' ? [message] : []))
      : [];
  return (
    <Notice tone="danger" title={title} announce>
      {messages.length > 1 ? (
        <ul>
          {messages.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      ) : (
        detail
      )}
    </Notice>
  );
};
