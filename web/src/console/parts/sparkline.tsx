import styles from './sparkline.module.css';

interface SparklineProps {
  /** The oldest first. */
  values: readonly number[];
  /** What is seen, in words. */
  label: string;
  /** How many values fill the width; fewer begin at its end, so that the newest is always at the right. */
  slots: number;
  tone?: 'plain' | 'danger' | 'warning';
  height?: number;
}

const WIDTH = 120;

/** A line of the last values, drawn in the width there is. */
export const Sparkline = ({ values, label, slots, tone = 'plain', height = 32 }: SparklineProps) => {
  const top = Math.max(1, ...values);
  const x = (index: number) => WIDTH - ((values.length - 1 - index) * WIDTH) / Math.max(1, slots - 1);
  const y = (value: number) => height - 1.5 - (value / top) * (height - 4);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className={`${styles.chart} ${styles[tone]}`}
      style={{ blockSize: height }}
    >
      {points.length > 1 && (
        <>
          <polygon
            points={`${x(0).toFixed(1)},${height} ${points.join(' ')} ${WIDTH},${height}`}
            className={styles.area}
          />
          <polyline points={points.join(' ')} className={styles.line} />
        </>
      )}
      {points.length < 2 && <line x1="0" x2={WIDTH} y1={height - 1.5} y2={height - 1.5} className={styles.ground} />}
    </svg>
  );
};

export interface Slot {
  key: string;
  /** What of it came to a good end, and what did not. */
  good: number;
  bad: number;
}

interface ColumnsProps {
  slots: readonly Slot[];
  label: string;
  height?: number;
}

/** A column a slot, the good part below the bad one. */
export const Columns = ({ slots, label, height = 96 }: ColumnsProps) => {
  const top = Math.max(4, ...slots.map(({ good, bad }) => good + bad));
  const scale = (value: number) => (value / top) * (height - 2);
  return (
    <svg
      viewBox={`0 0 ${slots.length * 10} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className={styles.chart}
      style={{ blockSize: height }}
    >
      {slots.map(({ key, good, bad }, index) => (
        <g key={key}>
          <rect x={index * 10 + 1} width="8" y={height - 2} height="2" className={styles.nothing} />
          <rect x={index * 10 + 1} width="8" y={height - scale(good)} height={scale(good)} className={styles.good} />
          <rect
            x={index * 10 + 1}
            width="8"
            y={height - scale(good + bad)}
            height={scale(bad)}
            className={styles.bad}
          />
        </g>
      ))}
    </svg>
  );
};
