import styles from './skeleton.module.css';

interface SkeletonProps {
  /** As CSS writes them; the size of what will stand here. */
  width?: string;
  height?: string;
  round?: boolean;
}

/** The place of something that is loading. Around many of them stands one `Loading`, which says so in words. */
export const Skeleton = ({ width = '100%', height = '1em', round }: SkeletonProps) => (
  <span
    aria-hidden="true"
    className={round ? styles.round : styles.skeleton}
    style={{ inlineSize: width, blockSize: height }}
  />
);

/** Says once that something is loading. */
export const Loading = ({ what }: { what: string }) => (
  <p role="status" className="visually-hidden">
    Loading {what} …
  </p>
);
