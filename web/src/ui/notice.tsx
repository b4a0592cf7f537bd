import type { ReactNode } from 'react';
import type { Tone } from './badge.tsx';
import styles from './notice.module.css';

interface NoticeProps {
  tone?: Exclude<Tone, 'neutral' | 'accent'>;
  title?: ReactNode;
  children?: ReactNode;
  /** What can be done about it. */
  actions?: ReactNode;
  /** Read out when it appears; for what the reader has not asked for. */
  announce?: boolean;
}

/** Something to know, in place. */
export const Notice = ({ tone = 'info', title, children, actions, announce }: NoticeProps) => (
  <div className={`${styles.notice} ${styles[tone]}`} role={announce ? 'alert' : undefined}>
    {title && <p className={styles.title}>{title}</p>}
    {children && <div className={styles.text}>{children}</div>}
    {actions && <div className={styles.actions}>{actions}</div>}
  </div>
);
