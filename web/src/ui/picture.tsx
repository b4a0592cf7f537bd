import { useState } from 'react';
import styles from './picture.module.css';

interface PictureProps {
  /** None, or one that does not come, is replaced by a drawing of a parcel. */
  url: string | null | undefined;
  /** Empty where the name of the thing stands beside. */
  alt: string;
  /** Among the first things to be seen. */
  eager?: boolean;
}

/** A square picture of a product; its place is there before it is. */
export const Picture = ({ url, alt, eager }: PictureProps) => {
  const [failed, setFailed] = useState<string>();
  if (!url || failed === url) return <Parcel alt={alt} />;
  return (
    <img
      className={styles.picture}
      src={url}
      alt={alt}
      width={400}
      height={400}
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
      onError={() => setFailed(url)}
    />
  );
};

const Parcel = ({ alt }: { alt: string }) => (
  <svg
    className={styles.parcel}
    viewBox="0 0 400 400"
    role={alt ? 'img' : undefined}
    aria-label={alt || undefined}
    aria-hidden={alt ? undefined : true}
  >
    <path d="m200 110 100 50v110l-100 54-100-54V160z" />
    <path d="m100 160 100 52 100-52M200 212v112M150 134l100 52v40" />
  </svg>
);
