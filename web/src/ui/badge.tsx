import type { ReactNode } from 'react';
import styles from './badge.module.css';

/** The four meanings, and none. */
export type Tone = 'neutral' | 'accent' | 'success' | 'danger' | 'warning' | 'info';

/** A word about a thing's state; the colour only underlines it. */
export const Badge = ({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`${styles.badge} ${styles[tone]}`}>{children}</span>
);
