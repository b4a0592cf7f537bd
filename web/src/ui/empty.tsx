import type { ReactNode } from 'react';
import styles from './empty.module.css';

interface EmptyProps {
  title: string;
  /** What would fill this place. */
  children?: ReactNode;
  actions?: ReactNode;
  /** The heading's level where the view has none above it. */
  level?: 1 | 2 | 3;
}

/** A place with nothing in it, and the way to change that. */
export const Empty = ({ title, children, actions, level = 2 }: EmptyProps) => {
  const Heading = `h${level}` as const;
  return (
    <div className={styles.empty}>
      <Heading className={styles.title}>{title}</Heading>
      {children && <div className={styles.text}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
};
