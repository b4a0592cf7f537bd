import { useSyncExternalStore } from 'react';
import { formatExact, formatRelative } from '../client/time.ts';

const TICK_MS = 10_000;

/** One clock for all times on the page. */
const clock = (() => {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    now = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    read: () => now,
    subscribe(listener: () => void) {
      listeners.add(listener);
      if (!timer) {
        timer = setInterval(tick, TICK_MS);
        tick();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
})();

/** How long ago something was, kept up to date; the exact time on hover. `at` is ISO 8601; `brief` is for tables. */
export const Ago = ({ at, brief }: { at: string; brief?: boolean }) => {
  const now = useSyncExternalStore(clock.subscribe, clock.read);
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatExact(date)}>
      {formatRelative(date, new Date(Math.max(now, date.getTime())), brief)}
    </time>
  );
};
