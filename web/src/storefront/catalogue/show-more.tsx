import { useEffect, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import styles from './catalogue.module.css';

interface ShowMoreProps {
  hasMore: boolean;
  isLoading: boolean;
  /** The last try failed: the next one is the reader's. */
  failed: boolean;
  /** Nothing was found for long: whether to go on is for the reader to say. */
  isRare: boolean;
  more: () => void;
}

/** The end of a list that goes on: comes near, and more is loaded; the button is for who does not scroll. */
export const ShowMore = ({ hasMore, isLoading, failed, isRare, more }: ShowMoreProps) => {
  const end = useRef<HTMLDivElement>(null);
  const next = useRef(more);
  useEffect(() => {
    next.current = more;
  });
  const isWatching = hasMore && !isLoading && !failed && !isRare;
  useEffect(() => {
    if (!isWatching || !end.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && next.current(), {
      rootMargin: '600px 0px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isWatching]);
  return (
    <div ref={end} className={styles.more}>
      {isLoading && (
        <>
          <Spinner size={20} />
          <span role="status" className="visually-hidden">
            Loading more products …
          </span>
        </>
      )}
      {!isLoading && hasMore && failed && <p>The next ones did not come.</p>}
      {!isLoading && hasMore && !failed && isRare && <p>Few things are like this.</p>}
      {!isLoading && hasMore && (
        <Button onClick={more}>{failed ? 'Try again' : isRare ? 'Look further' : 'Show more'}</Button>
      )}
    </div>
  );
};
