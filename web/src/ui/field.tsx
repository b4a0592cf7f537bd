import { type ComponentProps, type ReactNode, useId } from 'react';
import styles from './field.module.css';

interface Common {
  label: string;
  /** Read by screen readers alone: where the place says what it is. */
  hideLabel?: boolean;
  hint?: ReactNode;
  /** What is wrong with it, in a sentence; it is read out with the field. */
  error?: ReactNode;
}

const Frame = ({ id, label, hideLabel, hint, error, children }: Common & { id: string; children: ReactNode }) => (
  <div className={styles.field}>
    <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
      {label}
    </label>
    {children}
    {hint && !error && (
      <p id={`${id}-note`} className={styles.hint}>
        {hint}
      </p>
    )}
    {error && (
      <p id={`${id}-note`} className={styles.error}>
        {error}
      </p>
    )}
  </div>
);

const described = (id: string, { hint, error }: Pick<Common, 'hint' | 'error'>) => ({
  'aria-describedby': hint || error ? `${id}-note` : undefined,
  'aria-invalid': error ? true : undefined,
});

/** A labelled input of one line. */
export const Field = ({ label, hideLabel, hint, error, className, ...input }: ComponentProps<'input'> & Common) => {
  const made = useId();
  const id = input.id ?? made;
  return (
    <Frame id={id} label={label} hideLabel={hideLabel} hint={hint} error={error}>
      <input
        {...described(id, { hint, error })}
        {...input}
        id={id}
        className={[styles.input, className].filter(Boolean).join(' ')}
      />
    </Frame>
  );
};

/** A labelled text of several lines. */
export const TextArea = ({ label, hideLabel, hint, error, ...input }: ComponentProps<'textarea'> & Common) => {
  const made = useId();
  const id = input.id ?? made;
  return (
    <Frame id={id} label={label} hideLabel={hideLabel} hint={hint} error={error}>
      <textarea {...described(id, { hint, error })} {...input} id={id} className={styles.input} />
    </Frame>
  );
};

/** A labelled choice of one; the browser's own, which every keyboard and phone knows. */
export const Select = ({ label, hideLabel, hint, error, ...input }: ComponentProps<'select'> & Common) => {
  const made = useId();
  const id = input.id ?? made;
  return (
    <Frame id={id} label={label} hideLabel={hideLabel} hint={hint} error={error}>
      <select {...described(id, { hint, error })} {...input} id={id} className={styles.select} />
    </Frame>
  );
};
