import { isRefusal, refuse } from '@shop/contracts/problems.ts';
import type { Live } from '@shop/platform/coordination/live.ts';
import { createRuns, KEPT_RUNS, type Run, type Runs, type RunsOptions } from './runs.ts';

const RUNS = 'lab:runs';
const ASK = 'lab:ask';
/** A run is told of several times a second; after so much silence word of it may have got lost. */
const ASK_AFTER_MS = 2_000;
/** After this, whoever drove it is gone. */
const GONE_AFTER_MS = 30_000;

interface Heard {
  run: Run;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * Runs that all replicas of order show, whichever of them drives one: it tells the others how the run stands, and tells
 * it again to one that asks, since it has just been started or a message did not come. A run whose replica is gone ends
 * as failed. Two starts at the same moment on two replicas can both begin.
 */
export const shareRuns = (options: Omit<RunsOptions, 'tell'>, live: Live): Runs => {
  const { clock } = options;
  const tell = (run: Run) => live.publish(RUNS, run);
  const own = createRuns({ ...options, tell });
  const others = new Map<string, Heard>();

  live.subscribe(RUNS, (message) => {
    const run = message as Run;
    if (!isRefusal(own.find(run.id))) return;
    others.set(run.id, { run, at: clock.now().getTime() });
    for (const id of [...others.keys()].slice(0, -KEPT_RUNS)) others.delete(id);
  });
  live.subscribe(ASK, () => {
    for (const run of own.list().reverse()) tell(run);
  });
  live.publish(ASK, {});

  /** A run of another replica as far as it is known here. */
  const seen = ({ run, at }: Heard): Run => {
    const silentMs = clock.now().getTime() - at;
    if (run.finishedAt !== null || silentMs < ASK_AFTER_MS) return run;
    if (silentMs < GONE_AFTER_MS) live.publish(ASK, {});
    return silentMs < GONE_AFTER_MS ? run : { ...run, status: 'failed', finishedAt: new Date(at).toISOString() };
  };
  const list = (): Run[] =>
    [...own.list(), ...[...others.values()].map(seen)]
      .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0))
      .slice(0, KEPT_RUNS);

  return {
    list,
    find(id) {
      const heard = others.get(id);
      return heard ? seen(heard) : own.find(id);
    },
    async start(request) {
      if (list().some(({ finishedAt }) => finishedAt === null))
        return refuse('INVALID_TRANSITION', { detail: 'Another run is under way.' });
      return own.start(request);
    },
  };
};
