import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { Notice } from '../ui/notice.tsx';
import styles from './offline.module.css';

/** Says that what is shown stands still. */
export const Offline = () => {
  const isOnline = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  if (isOnline) return null;
  return (
    <div className={styles.offline}>
      <Notice tone="warning" title="You are offline" announce>
        What you see is what was known last. It moves on when your connection comes back.
      </Notice>
    </div>
  );
};
