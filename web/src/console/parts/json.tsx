import styles from './json.module.css';

/** What a message carries, as it was sent. */
export const Json = ({ value, label }: { value: unknown; label: string }) => (
  // It may be longer than its place, and is then scrolled with the keyboard too.
  // biome-ignore lint/a11y/noNoninteractiveTabindex: as said.
  <section className={styles.json} aria-label={label} tabIndex={0}>
    <pre>{JSON.stringify(value, null, 2)}</pre>
  </section>
);
