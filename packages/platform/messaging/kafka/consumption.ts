import { startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Subscription } from '../event-log.ts';
import type { KafkaClients } from './clients.ts';
import { KafkaUnavailable } from './errors.ts';
import { createHolding } from './holding.ts';
import { joinGroup, type Membership, sessionMs } from './membership.ts';
import type { Handle } from './partition.ts';

/** Nothing taken for so long is no pause between two answers any more. */
const silenceMs = 3_000;
/** A membership under which nothing could be taken for so long is given up for a new one. */
const patienceMs = 30_000;
const checkEveryMs = 1_000;
const ownershipPollMs = 50;

export interface ConsumptionOptions {
  clients: KafkaClients;
  /** The group's name in Kafka. */
  group: string;
  /** The topics' names in Kafka. */
  topics: readonly string[];
  handle: Handle;
  /** Whether records are gathered a while: larger batches, at the price of half a second. */
  gather?: boolean;
  /** How often the watchdog compares what topics hold with what was read. */
  watchEveryMs?: number;
  clock: Clock;
  logger: Logger;
}

/**
 * Reads topics as a member of a group, for as long as it isn't closed: whatever ends a membership (a client that gave
 * up, a session that ran out while the process stood still, a fetch that never comes back), the next one is begun, and
 * goes on where the group stands.
 */
export const startConsumption = (options: ConsumptionOptions): Subscription => {
  const { clients, group, topics, handle, gather = false, watchEveryMs = 15_000, clock, logger } = options;
  const now = () => clock.now().getTime();
  let membership: Membership | undefined;
  let lost: Error | undefined;
  let begunAt = 0;
  let takenAt = now();
  const taken = () => {
    takenAt = now();
  };
  const lose = (error: Error): void => {
    lost ??= error;
    loop.nudge();
  };

  const holding = createHolding({
    ...{ clients, group, handle, gather, watchEveryMs, clock, logger },
    // A session may have ended unnoticed, as it does when a process is stopped for longer.
    async owned(signal) {
      while (!signal.aborted && (membership?.silentMs() ?? 0) > sessionMs) await clock.sleep(ownershipPollMs, signal);
    },
    onAnswer: taken,
    onStuck: lose,
  });

  const join = (signal: AbortSignal): Promise<Membership> => {
    lost = undefined;
    begunAt = now();
    const membershipOptions = {
      ...{ clients, group, topics, clock, logger },
      onAssigned: holding.assign,
      onRevoked: holding.revoke,
      onLost: lose,
      onHeartbeat() {
        if (!holding.hungry()) taken();
      },
    };
    return joinGroup(membershipOptions, signal);
  };

  const leave = async (): Promise<void> => {
    await membership?.leave();
    membership = undefined;
  };

  const assertWell = (): void => {
    if (lost) throw lost;
    const idleMs = now() - Math.max(takenAt, begunAt);
    if (idleMs > patienceMs) throw new KafkaUnavailable(`nothing could be taken for ${idleMs} ms`);
  };

  const loop = startLoop({
    name: `${group} is a member`,
    everyMs: checkEveryMs,
    clock,
    logger,
    async work(signal) {
      try {
        membership ??= await join(signal);
        assertWell();
        return false;
      } catch (error) {
        await leave();
        throw error;
      }
    },
  });

  return {
    failingMs() {
      const idleMs = now() - takenAt;
      return Math.max(idleMs > silenceMs ? idleMs : 0, holding.failingMs());
    },
    async close() {
      await loop.stop();
      await leave();
    },
  };
};
