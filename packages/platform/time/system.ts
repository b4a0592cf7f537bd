import { randomBytes, randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';
import type { Ids } from './ids.ts';

/** Timers take at most 31 bits; a longer sleep is several of them. */
const longestTimerMs = 2 ** 31 - 1;

const timer = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      clearTimeout(handle);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const handle = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake, { once: true });
  });

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    for (let left = ms; left > 0 && !signal?.aborted; left -= longestTimerMs) {
      await timer(Math.min(left, longestTimerMs), signal);
    }
  },
};

/** Asked for in bulk: a question to the system's source costs more than the rest of an id. */
const randomness = Buffer.alloc(256 * 16);
let used = randomness.length;

const sixteenBytes = (): Buffer => {
  if (used === randomness.length) {
    randomFillSync(randomness);
    used = 0;
  }
  used += 16;
  return randomness.subarray(used - 16, used);
};

/** What the last id was made of: the next one's sequence is higher, or its millisecond is. */
let [last, sequence] = [0, 0];

const uuid = (): string => {
  const random = sixteenBytes();
  const now = Date.now();
  // 31 random bits to begin with, so that there is room above them.
  sequence = now > last ? random.readUInt32BE(6) >>> 1 : sequence + 1;
  last = Math.max(now, last);
  return v7({ random, msecs: last, seq: sequence });
};

/** The machine's own randomness; ids of one process rise strictly, within a millisecond too. */
export const systemIds: Ids = {
  uuid,
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
  fraction: () => Math.random(),
};

/** Measures a duration for logs and metrics; the returned function tells the milliseconds since. */
export const stopwatch = (): (() => number) => {
  const start = performance.now();
  return () => performance.now() - start;
};

/** Resolves when all that is ready in this process now has had its turn. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
