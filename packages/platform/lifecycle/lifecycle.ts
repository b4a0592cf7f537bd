import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/system.ts';

export interface Lifecycle {
  /** Registers what has been started; the last started is the first stopped. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /** Stops everything, once however often it is called; a step that fails or hangs doesn't hold up the others. */
  stop(): Promise<void>;
}

const stepMs = 8_000;
const wholeMs = 9_500;

/**
 * The order in which a process ends. A step gets `stepMs`, the whole `wholeMs` (10 s is what supervisors grant before
 * they kill); when that is used up the steps left still get a moment each.
 */
export const createLifecycle = (logger: Logger, clock: Clock = systemClock): Lifecycle => {
  const steps: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopped: Promise<void> | undefined;

  const bounded = async (name: string, stop: () => Promise<void> | void, ms: number): Promise<void> => {
    const done = new AbortController();
    const late = clock.sleep(ms, done.signal).then(() => 'late' as const);
    try {
      const outcome = await Promise.race([Promise.resolve().then(stop), late]);
      if (outcome === 'late') logger.error({ step: name, ms }, 'a part did not stop in time and is left behind');
    } catch (error) {
      logger.error({ err: error, step: name }, 'a part failed to stop');
    } finally {
      done.abort();
    }
  };

  const stopAll = async (): Promise<void> => {
    const deadline = clock.now().getTime() + wholeMs;
    for (let step = steps.pop(); step; step = steps.pop()) {
      const left = deadline - clock.now().getTime();
      await bounded(step.name, step.stop, Math.max(100, Math.min(stepMs, left)));
    }
  };

  return {
    onStop: (name, stop) => {
      steps.push({ name, stop });
    },
    stop: () => {
      stopped ??= stopAll();
      return stopped;
    },
  };
};
