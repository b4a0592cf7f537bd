import type { ReactNode } from 'react';
import styles from './figure.module.css';

interface FigureProps {
  name: string;
  value: ReactNode;
  large?: boolean;
}

/** A number with its name below it; stands in a `dl`. */
export const Figure = ({ name, value, large }: FigureProps) => (
  <div className={large ? `${styles.figure} ${styles.large}` : styles.figure}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
