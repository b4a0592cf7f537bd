import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Preloaded into a service (`--import`), shifts what its process takes for the time of day by the milliseconds that stand
 * in a file named after its port, in the folder CHAOS_CLOCKS; looks there again and again, so that the clock jumps while
 * the service is at work. Timers are the machine's own: they go by another clock on real machines too.
 */
const { CHAOS_CLOCKS, PORT } = process.env;
const file = CHAOS_CLOCKS && PORT ? join(CHAOS_CLOCKS, PORT) : undefined;
const Real = Date;
let byMs = 0;

const look = (): void => {
  try {
    byMs = Number(readFileSync(file ?? '', 'utf8')) || 0;
  } catch {
    byMs = 0;
  }
};

const now = (): number => Real.now() + byMs;

const skewed = new Proxy(Real, {
  construct: (target, given, as) => Reflect.construct(target, given.length === 0 ? [now()] : given, as),
  apply: () => new Real(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

if (file) {
  look();
  setInterval(look, 100).unref();
  globalThis.Date = skewed;
}
