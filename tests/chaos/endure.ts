import { setTimeout as pause } from 'node:timers/promises';
import type { Health } from './health.ts';
import type { Chronicle } from './history.ts';
import { classOf, describeFault, type Fault } from './plan.ts';
import { type FaultRecord, RECOVERY_MS, type Recovery } from './record.ts';
import type { Striker } from './strike.ts';

export interface EndureOptions {
  striker: Striker;
  chronicle: Chronicle;
  health: Health;
  report: (sentence: string) => void;
}

const LOOK_MS = 25;
const restarts = new Set<Fault['kind']>(['kill', 'full log']);

/** Waits until `seenAt` is later than `from`; how much later, or undefined where that takes too long. */
const until = async (chronicle: Chronicle, from: number, seenAt: () => number): Promise<number | undefined> => {
  for (;;) {
    const seen = seenAt();
    if (seen > from) return Math.round(seen - from);
    if (chronicle.elapsed() - from > RECOVERY_MS) return undefined;
    await pause(LOOK_MS);
  }
};

export interface Endured {
  record: FaultRecord;
  /** Resolves when also the sagas that it held up have ended, or will not in time. */
  settled: Promise<void>;
}

/** Has one fault happen and end, and resolves when the shop sells again. */
export const endure = async (
  { striker, chronicle, health, report }: EndureOptions,
  fault: Fault,
  paired: boolean,
): Promise<Endured> => {
  const what = describeFault(fault);
  const from = Math.round(chronicle.elapsed());
  const blow = await striker.strike(fault);
  await pause(fault.forMs);
  const to = Math.round(chronicle.elapsed());
  const { ready } = await blow.end();
  const recovery: Recovery = {};
  const record: FaultRecord = { what, class: classOf(fault), fault, from, to, paired, recovery };
  const sells = until(chronicle, to, chronicle.lastCompleted);
  const isReady = until(chronicle, to, health.readyAt);
  const fresh = until(chronicle, to, health.freshAt);
  recovery.process = await ready.then(
    () => (restarts.has(fault.kind) ? Math.round(chronicle.elapsed() - to) : 0),
    (error: Error) => {
      report(error.message);
      return undefined;
    },
  );
  [recovery.checkouts, recovery.ready] = await Promise.all([sells, isReady]);
  const seconds = recovery.checkouts === undefined ? 'not in time' : `${(recovery.checkouts / 1000).toFixed(1)} s`;
  report(`${what}; sells again after ${seconds}`);
  const settled = fresh.then((ms) => {
    recovery.sagas = ms;
  });
  return { record, settled };
};
