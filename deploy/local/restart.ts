import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import type { ServiceName } from '../services.ts';
import { askReadiness } from './health.ts';
import { StackFailed } from './servers/errors.ts';
import type { Report } from './servers/options.ts';
import type { Stack } from './stack.ts';

/** The edge leaves a replica alone for a second after it failed; only then may the next one go. */
const edgeNoticesMs = 1_500;

/**
 * Restarts a service, one replica after the other: each drains, ends, and is ready again before the next one goes. With
 * two or more of them no request fails; an only one is missed meanwhile.
 *
 * @throws StackFailed when a replica doesn't come back; the others are left as they are
 */
export const rollingRestart = async (
  stack: Pick<Stack, 'processes'>,
  service: ServiceName,
  report: Report,
  clock: Clock = systemClock,
): Promise<void> => {
  const replicas = stack.processes.filter(({ name }) => name === service);
  if (replicas.length === 1) report(`${service} runs once: requests to it are answered 503 until it is back`);
  for (const [index, replica] of replicas.entries()) {
    if (index > 0) await clock.sleep(edgeNoticesMs);
    const others = replicas.filter((other) => other !== replica);
    const ready = await Promise.allSettled(others.map(({ url }) => askReadiness(url)));
    if (others.length > 0 && ready.every(({ status }) => status === 'rejected'))
      throw new StackFailed(
        `No other replica of ${service} is ready, so ${service} ${replica.replica} was left alone.`,
      );
    const orderly = await replica.stop();
    if (!orderly) report(`${service} ${replica.replica} did not end in time and was killed`);
    await replica.start();
  }
};
