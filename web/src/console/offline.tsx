import { Notice } from '../ui/notice.tsx';
import { useOnline } from '../ui/use-online.ts';
import styles from './offline.module.css';

/** Says that what is shown stands still. */
export const Offline = () => {
  const isOnline = useOnline();
  if (isOnline) return null;
  return (
    <div className={styles.offline}>
      <Notice tone="warning" title="You are offline" announce>
        What you see is what was known last. It moves on when your connection comes back.
      </Notice>
    </div>
  );
};
