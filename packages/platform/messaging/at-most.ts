import type { Apply } from './inbox.ts';

/**
 * Wraps a consumer's `apply`: at most so many batches are under way at a time, the others wait in line. A log with many
 * partitions would otherwise take all the connections that requests need too.
 */
export const atMost = <T>(batches: number, apply: Apply<T>): Apply<T> => {
  const line: (() => void)[] = [];
  let free = batches;
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => line.push(resolve));
  };
  const leave = (): void => {
    const next = line.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async batch(events, handle) {
      await enter();
      try {
        await apply.batch(events, handle);
      } finally {
        leave();
      }
    },
    buried: (event) => apply.buried(event),
  };
};
