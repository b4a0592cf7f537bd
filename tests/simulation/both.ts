import type { RealStores } from './backend.postgres.ts';
import type { Outcome } from './history.ts';
import { playSeed } from './play-seed.ts';

/**
 * Plays the history of a seed on stores in memory and on real ones. It is broken where a promise is, on either, or where
 * a call is answered otherwise or at another moment on the one than on the other.
 */
export const playOnBoth = async (seed: number, real: RealStores): Promise<Outcome> => {
  const [inMemory, onReal]: [string[], string[]] = [[], []];
  const one = await playSeed(seed, { onLine: (line) => inMemory.push(line) });
  const other = await playSeed(seed, { real, onLine: (line) => onReal.push(line) });
  if (one.breach || other.breach) return one.breach ? one : other;
  const place = inMemory.findIndex((line, index) => line !== onReal[index]);
  if (place < 0 && inMemory.length === onReal.length) return other;
  const at = place < 0 ? inMemory.length : place;
  const message = `twins: in memory\n${inMemory[at]}\non real stores\n${onReal[at]}`;
  return { ...other, breach: { promise: 'twins', message } };
};
