import styles from './spinner.module.css';

/** Turns while something is under way; the words for it stand beside, or in a live region. */
export const Spinner = ({ size = 16 }: { size?: number }) => (
  <svg className={styles.spinner} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="6.5" className={styles.track} />
    <path d="M8 1.5A6.5 6.5 0 0 1 14.5 8" className={styles.head} />
  </svg>
);
