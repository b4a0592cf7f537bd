import { useId } from 'react';
import styles from './slider.module.css';

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  /** Instead of the number. */
  words?: string;
  onChange: (value: number) => void;
}

/** Small numbers matter most: the first half of the way is a tenth of the numbers. */
const BEND = Math.log(10) / Math.log(2);
const STEPS = 200;

const valueAt = (step: number, min: number, max: number): number =>
  Math.round(min + (max - min) * (step / STEPS) ** BEND);
const stepOf = (value: number, min: number, max: number): number =>
  Math.round(STEPS * ((value - min) / (max - min)) ** (1 / BEND));

/** The next step with another value: the arrows never stand still. */
const stepped = (step: number, value: number, min: number, max: number): number => {
  const next = valueAt(step, min, max);
  if (next !== value || step === stepOf(value, min, max)) return next;
  return Math.min(max, Math.max(min, value + Math.sign(step - stepOf(value, min, max))));
};

/** The browser's own slider, with its number beside it. */
export const Slider = ({ label, value, min, max, words, onChange }: SliderProps) => {
  const id = useId();
  return (
    <div className={styles.slider}>
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id} className={styles.value}>
        {words ?? value}
      </output>
      <input
        id={id}
        type="range"
        min={0}
        max={STEPS}
        value={stepOf(value, min, max)}
        aria-valuetext={words ?? String(value)}
        onChange={(event) => onChange(stepped(Number(event.target.value), value, min, max))}
      />
    </div>
  );
};
