import type { ComponentProps } from 'react';
import { Link, type LinkProps } from 'react-router';
import styles from './button.module.css';
import { Spinner } from './spinner.tsx';

interface Look {
  /** `primary` is the one thing to do in a view; `danger` can't be taken back. */
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  size?: 'normal' | 'small' | 'large';
  /** As wide as what it stands in. */
  wide?: boolean;
}

const classOf = ({ kind = 'plain', size = 'normal', wide }: Look, more?: string): string =>
  [styles.button, styles[kind], styles[size], wide && styles.wide, more].filter(Boolean).join(' ');

type ButtonProps = ComponentProps<'button'> &
  Look & {
    /** Under way: it keeps its size, its name and the focus, and does nothing. */
    busy?: boolean;
  };

export const Button = ({ kind, size, wide, busy, className, children, onClick, disabled, ...rest }: ButtonProps) => (
  <button
    type="button"
    {...rest}
    disabled={disabled}
    aria-disabled={busy || undefined}
    aria-busy={busy || undefined}
    onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    className={classOf({ kind, size, wide }, className)}
  >
    <span className={busy ? styles.hidden : styles.label}>{children}</span>
    {busy && (
      <span className={styles.spinner}>
        <Spinner />
      </span>
    )}
  </button>
);

/** A link that looks like a button: it leads somewhere. */
export const ButtonLink = ({ kind, size, wide, className, children, ...rest }: LinkProps & Look) => (
  <Link {...rest} className={classOf({ kind, size, wide }, className)}>
    <span className={styles.label}>{children}</span>
  </Link>
);
