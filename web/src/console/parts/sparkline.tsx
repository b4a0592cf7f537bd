import styles from './sparkline.module.css';

interface SparklineProps {
  /** The oldest first. */
  values: readonly number[];
  /** What is seen, in words. */
  label: string;
  /** How many values fill the width at most; the newest is at its end. */
  slots: number;
  tone?: 'plain' | 'danger' | 'warning';
  height?: number;
}

const WIDTH = 120;
/** Fewer values than these begin further on, or a line would jump about while it is short. */
const FEWEST = 20;

/** A line of the last values, drawn in the width there is. */
export const Sparkline = ({ values, label, slots, tone = 'plain', height = 32 }: SparklineProps) => {
  const shown = values.slice(-slots);
  const top = Math.max(1, ...shown);
  const step = WIDTH / Math.max(shown.length - 1, Math.min(FEWEST, slots - 1));
  const x = (index: number) => (WIDTH - (shown.length - 1 - index) * step).toFixed(1);
  const y = (value: number) => (height - 1.5 - (value / top) * (height - 4)).toFixed(1);
  const points = shown.map((value, index) => `${x(index)},${y(value)}`).join(' ');
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className={`${styles.chart} ${styles[tone]}`}
      style={{ blockSize: height }}
    >
      <line x1="0" x2={WIDTH} y1={height - 0.75} y2={height - 0.75} className={styles.ground} />
      {shown.length > 1 && (
        <>
          <polygon points={`${x(0)},${height} ${points} ${WIDTH},${height}`} className={styles.area} />
          <polyline points={points} className={styles.line} />
        </>
      )}
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
}

/** A column a slot, the good part below the bad one; as high as its place. */
export const Columns = ({ slots, label }: ColumnsProps) => {
  const height = 100;
  const top = Math.max(4, ...slots.map(({ good, bad }) => good + bad));
  const scale = (value: number) => (value / top) * (height - 2);
  return (
    <svg
      viewBox={`0 0 ${slots.length * 10} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className={`${styles.chart} ${styles.columns}`}
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
