import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import type { ServiceName } from '../services.ts';
import { leaveOut } from './edge.ts';
import { askReadiness } from './health.ts';
import type { StackProcess } from './part.ts';
import { StackFailed } from './servers/errors.ts';
import type { Report } from './servers/options.ts';
import type { Stack } from './stack.ts';

/** Requests that were on their way to a replica have arrived there by then. */
const arrivedMs = 500;
/** Services leave a replica that failed alone for up to 5 s (their callers' breakers); only then may the next one go. */
const noticedMs = 6_000;

export interface RestartOptions {
  report: Report;
  clock?: Clock;
  /** How long after a replica came back the next one goes. */
  pauseMs?: number;
}

const restart = async (replica: StackProcess, service: ServiceName, { report }: RestartOptions): Promise<void> => {
  const orderly = await replica.stop();
  if (!orderly) report(`${service} ${replica.replica} did not end in time and was killed`);
  await replica.start();
};

/**
 * Restarts a service, one replica after the other: the edge sends no more requests to it, it drains, ends, and is ready
 * again before the next one goes. With two or more of them no request fails; an only one is missed meanwhile.
 *
 * @throws StackFailed when a replica doesn't come back; the others are left as they are
 */
export const rollingRestart = async (
  stack: Pick<Stack, 'processes' | 'dir'>,
  service: ServiceName,
  options: RestartOptions,
): Promise<void> => {
  const { report, clock = systemClock, pauseMs = noticedMs } = options;
  const replicas = stack.processes.filter(({ name }) => name === service);
  const [only] = replicas;
  if (replicas.length === 1 && only) {
    report(`${service} runs once: requests to it are answered 503 until it is back`);
    return restart(only, service, options);
  }
  for (const [index, one] of replicas.entries()) {
    if (index > 0) await clock.sleep(pauseMs);
    const others = await Promise.allSettled(
      replicas.filter((other) => other !== one).map(({ url }) => askReadiness(url)),
    );
    if (others.every(({ status }) => status === 'rejected'))
      throw new StackFailed(`No other replica of ${service} is ready, so ${service} ${one.replica} was left alone.`);
    await leaveOut(stack.dir, service, one.replica, true);
    try {
      await clock.sleep(arrivedMs);
      await restart(one, service, options);
    } finally {
      await leaveOut(stack.dir, service, one.replica, false);
    }
  }
};
