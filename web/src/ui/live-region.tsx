import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let said = '';

/** Has screen readers say a sentence without moving the focus. The same one twice is said twice. */
export const announce = (sentence: string): void => {
  // A space that is not heard tells two equal sentences apart.
  said = sentence === said ? `${sentence}\u00a0` : sentence;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Stands once on the page. */
export const LiveRegion = () => (
  <div role="status" aria-live="polite" aria-atomic="true" className="visually-hidden">
    {useSyncExternalStore(subscribe, () => said)}
  </div>
);
