import type { Clock } from '@shop/platform/time/clock.ts';

/** For so long what ran out is looked at before a checkout that wants it begins. */
const suspectMs = 5_000;
const mostSuspects = 1_000;

/** What ran out a moment ago. */
export interface Suspects {
  add(name: string): void;
  drop(name: string): void;
  has(name: string): boolean;
  isEmpty(): boolean;
}

export const createSuspects = (clock: Pick<Clock, 'now'>): Suspects => {
  const until = new Map<string, number>();
  const now = () => clock.now().getTime();
  return {
    add(name) {
      if (until.size >= mostSuspects) until.clear();
      until.delete(name);
      until.set(name, now() + suspectMs);
    },
    drop: (name) => void until.delete(name),
    has(name) {
      const end = until.get(name);
      if (end !== undefined && end <= now()) until.delete(name);
      return until.has(name);
    },
    isEmpty() {
      // They are in the order in which they end.
      for (const [name, end] of until) {
        if (end > now()) break;
        until.delete(name);
      }
      return until.size === 0;
    },
  };
};
