import type { GroupAssignment } from '@platformatic/kafka';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { KafkaClients, RawConsumer } from './clients.ts';
import { KafkaUnavailable } from './errors.ts';
import { within } from './within.ts';

/** A member that is silent for so long loses its partitions to others. */
export const sessionMs = 10_000;
/** How soon a member hears that its group is being arranged anew. */
const heartbeatMs = 500;
/** How long the group waits for its members to come and be counted again. */
const rebalanceMs = 10_000;
/** More than any answer takes: the one to joining comes when all others have joined. */
const requestMs = rebalanceMs + 2_000;
/** What a member does before it joins again must be done by then, or its session ends meanwhile. */
const farewellMs = 8_000;
const leaveMs = 3_000;

export interface Membership {
  member: RawConsumer;
  /** Milliseconds since the group last heard from this member and said so. */
  silentMs(): number;
  /** Leaves the group, so that others need not wait for the end of its session. */
  leave(): Promise<void>;
}

export interface MembershipOptions {
  clients: KafkaClients;
  group: string;
  topics: readonly string[];
  /** These partitions are this member's from now on, and none else. */
  onAssigned: (member: RawConsumer, partitions: readonly GroupAssignment[]) => void;
  /** All partitions are about to be given to somebody else; what it doesn't do before it resolves, it can't do at all. */
  onRevoked: () => Promise<void>;
  /** The client has given up being a member. */
  onLost: (error: Error) => void;
  onHeartbeat: () => void;
  clock: Clock;
  logger: Logger;
}

/**
 * Joins a group as a member of the classic protocol; the client sends its heartbeats and joins again when the group is
 * arranged anew. Two things of the client are used with care:
 *
 * - It asks for metadata before each (re)join. That is where partitions are given up: what is in hand ends and is
 *   committed as long as the group still takes that. Only then does the group get to know that this member is ready.
 * - It would repeat a refused commit as a member of the next generation, for partitions that it may hold no longer. With
 *   `retries: 0` (see clients.ts) it doesn't, and as no commit is under way when it joins, none can slip over.
 *
 * Rejects when the group can't be joined; aborting the signal ends the attempt.
 */
export const joinGroup = async (options: MembershipOptions, signal: AbortSignal): Promise<Membership> => {
  const { clients, group, topics, onAssigned, onRevoked, onLost, onHeartbeat, clock, logger } = options;
  let heardAt = clock.now().getTime();
  let leaving = false;
  const heard = () => {
    heardAt = clock.now().getTime();
    onHeartbeat();
  };

  const giveUp = () => within(clock, farewellMs, `${group} giving up its partitions`, onRevoked());

  const member = clients.consumer({
    groupId: group,
    groupProtocol: 'classic',
    autocommit: false,
    sessionTimeout: sessionMs,
    rebalanceTimeout: rebalanceMs,
    heartbeatInterval: heartbeatMs,
    requestTimeout: requestMs,
    protocolsMetadata: async () => {
      await giveUp();
      return Buffer.alloc(0);
    },
  });
  member.topics.trackAll(...topics);
  member.on('error', (error) => {
    if (!leaving) onLost(error);
  });
  member.on('consumer:heartbeat:end', heard);
  member.on('consumer:heartbeat:error', ({ error }) => logger.debug({ err: error, group }, 'a heartbeat failed'));
  member.on('consumer:group:join', ({ assignments = [], generationId }) => {
    heard();
    if (leaving) return;
    logger.info({ group, generationId, assignments }, 'joined a consumer group');
    // Members of another version may listen to more topics than this one knows.
    onAssigned(
      member,
      assignments.filter(({ topic }) => topics.includes(topic)),
    );
  });

  const goodbye = async (): Promise<void> => {
    leaving = true;
    try {
      await giveUp();
      await within(clock, leaveMs, `${group} leaving`, member.close(true));
    } catch (error) {
      logger.warn({ err: error, group }, 'left a consumer group without a word: its session has to end first');
      member.close(true).catch(() => {});
    }
  };
  let left: Promise<void> | undefined;
  const leave = () => {
    left ??= goodbye();
    return left;
  };

  const unwanted = Promise.withResolvers<never>();
  const abort = () => unwanted.reject(new KafkaUnavailable('no longer wanted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([member.joinGroup(), unwanted.promise]);
  } catch (error) {
    await leave();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return { member, silentMs: () => clock.now().getTime() - heardAt, leave };
};
