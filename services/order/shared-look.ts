import type { Clock } from '@shop/platform/time/clock.ts';

/** So much one question names at most. */
const mostKeys = 100;

interface Look<Value> {
  keys: Set<string>;
  found: Promise<ReadonlyMap<string, Value>>;
}

/**
 * Reads values that many ask for at the same moment: all who ask until a read begins share it, whatever they ask for.
 * So each is answered what was read after it asked.
 */
export const createSharedLook = <Value>(
  clock: Pick<Clock, 'sleep'>,
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): ((key: string) => Promise<Value | undefined>) => {
  let next: Look<Value> | undefined;

  const begin = (): Look<Value> => {
    const keys = new Set<string>();
    const look: Look<Value> = {
      keys,
      found: clock.sleep(1).then(() => {
        if (next === look) next = undefined;
        return read([...keys]);
      }),
    };
    return look;
  };

  return async (key) => {
    if (!next || next.keys.size >= mostKeys) next = begin();
    next.keys.add(key);
    return (await next.found).get(key);
  };
};
