import { startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Subscription } from '../event-log.ts';
import { type Assignment, startAssignment } from './assignment.ts';
import type { KafkaClients } from './clients.ts';
import { KafkaUnavailable } from './errors.ts';
import { joinGroup, type Membership, sessionMs } from './membership.ts';
import type { Handle } from './partition.ts';

/** Deliveries that are aborted get so long to end before their partitions go to another member, or the process ends. */
const graceMs = 4_000;
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
  let membership: Membership | undefined;
  let assignment: Assignment | undefined;
  let lost: Error | undefined;
  let revoked: Promise<void> = Promise.resolve();
  let begunAt = 0;
  let takenAt = clock.now().getTime();
  const taken = () => {
    takenAt = clock.now().getTime();
  };

  const revoke = (): Promise<void> => {
    revoked = Promise.all([revoked, assignment?.end(graceMs)]).then(() => {});
    assignment = undefined;
    return revoked;
  };

  const lose = (error: Error): void => {
    lost ??= error;
    loop.nudge();
  };

  /** Waits while the session may have ended unnoticed, as it does when a process is stopped for longer. */
  const owned = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && (membership?.silentMs() ?? 0) > sessionMs) await clock.sleep(ownershipPollMs, signal);
  };

  const join = (signal: AbortSignal): Promise<Membership> => {
    lost = undefined;
    begunAt = clock.now().getTime();
    return joinGroup(
      {
        clients,
        group,
        topics,
        onAssigned(member, partitions) {
          const read = { clients, member, partitions, group, handle, owned, gather, watchEveryMs, clock, logger };
          assignment = startAssignment({ ...read, onAnswer: taken, onStuck: lose });
        },
        onRevoked: revoke,
        onLost: lose,
        onHeartbeat() {
          if (assignment && !assignment.hungry()) taken();
        },
        clock,
        logger,
      },
      signal,
    );
  };

  const leave = async (): Promise<void> => {
    await membership?.leave();
    membership = undefined;
  };

  const msSince = (moment: number) => clock.now().getTime() - moment;

  const loop = startLoop({
    name: `${group} is a member`,
    everyMs: checkEveryMs,
    clock,
    logger,
    async work(signal) {
      try {
        membership ??= await join(signal);
        if (lost) throw lost;
        const idleMs = msSince(Math.max(takenAt, begunAt));
        if (idleMs > patienceMs) throw new KafkaUnavailable(`nothing could be taken for ${idleMs} ms`);
        return false;
      } catch (error) {
        await leave();
        throw error;
      }
    },
  });

  return {
    failingMs() {
      const idleMs = msSince(takenAt);
      return Math.max(idleMs > silenceMs ? idleMs : 0, assignment?.failingMs() ?? 0);
    },
    async close() {
      await loop.stop();
      await leave();
    },
  };
};
