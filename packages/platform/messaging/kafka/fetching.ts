import type { ClusterMetadata } from '@platformatic/kafka';
import { type Loop, startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { KafkaClients } from './clients.ts';
import { answerBytes, fetchOnce } from './fetch.ts';
import type { PartitionReader } from './partition.ts';
import { firstOffsets } from './positions.ts';

/** How long a broker holds an answer back for want of records; and while they are gathered. */
const maxWaitMs = 1_000;
const gatherMs = 500;
/** The same while somebody has enough, but not for long: it would not be asked for before the answer is there. */
const shortWaitMs = 20;
/**
 * After an answer with records the next question lets so much time pass: what comes meanwhile is handled together. A
 * record that comes after a quiet moment is answered at once, since the question waits for it at the broker.
 */
const restMs = 100;
/** The safety net under the nudges, and the longest pause after a failure. */
const idleMs = 1_000;

interface FetchingOptions {
  clients: KafkaClients;
  readers: readonly PartitionReader[];
  /** The group's name in Kafka. */
  group: string;
  /** Whether what comes is gathered for as long as an answer may be held back, instead of being answered at once. */
  gather: boolean;
  /** Called whenever a broker has answered. */
  onAnswer: () => void;
  clock: Clock;
  logger: Logger;
}

export interface Fetching {
  /** Looks again who wants records. */
  nudge(): void;
  /** Drops what is under way. */
  stop(): Promise<void>;
}

const leaderOf = (metadata: ClusterMetadata, { topic, partition }: PartitionReader): number =>
  metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;

/**
 * Fetches for the readers of one assignment, from the leader of each of their partitions: one request in flight a
 * broker, for those that want records. Whoever has enough, as its handler is slow or fails, is left out and holds up
 * nobody else.
 */
export const startFetching = (options: FetchingOptions): Fetching => {
  const { clients, readers, group, gather, onAnswer, clock, logger } = options;
  const [minBytes, longWaitMs] = gather ? [answerBytes, gatherMs] : [1, maxWaitMs];
  const topics = [...new Set(readers.map(({ topic }) => topic))];
  // A client for this alone: a fetch that waits at a broker holds up whatever its connection is asked after it.
  const client = clients.consumer({ groupId: group, requestTimeout: maxWaitMs + 5_000 });
  client.topics.trackAll(...topics);
  const fetchers = new Map<number, Loop>();

  /** Retention, or a topic made anew, took the offset away: the first one that is there comes next. */
  const restart = async (reader: PartitionReader): Promise<void> => {
    const { topic, partition } = reader;
    const from = reader.next();
    const [first] = await firstOffsets(client, [{ topic, partitions: [partition] }]);
    if (!first) return;
    const place = { group, topic, partition, from: String(from), to: String(first.offset) };
    logger.error(place, 'the offset to go on from is gone: reading goes on with the first that is there');
    reader.moveTo(first.offset);
  };

  const places = (some: readonly PartitionReader[]): bigint => some.reduce((sum, { next }) => sum + next(), 0n);

  const fetchFrom = async (node: number, signal: AbortSignal): Promise<boolean> => {
    const metadata = await client.metadata({ topics });
    const led = readers.filter((reader) => leaderOf(metadata, reader) === node);
    const hungry = led.filter((reader) => reader.hungry());
    if (hungry.length === 0) return false;
    const soonHungry = led.some((reader) => !reader.hungry() && reader.failingMs() === 0);
    const before = places(hungry);
    try {
      const maxWaitTime = soonHungry ? shortWaitMs : longWaitMs;
      const astray = await fetchOnce({ client, metadata, node, readers: hungry, minBytes, maxWaitTime });
      for (const reader of astray) await restart(reader);
    } catch (error) {
      // Perhaps another broker leads by now.
      client.clearMetadata();
      leaders.nudge();
      throw error;
    }
    onAnswer();
    if (places(hungry) !== before) await clock.sleep(restMs, signal);
    return true;
  };

  const loop = (name: string, work: (signal: AbortSignal) => Promise<boolean>): Loop =>
    startLoop({ name: `${group} ${name}`, everyMs: idleMs, work, clock, logger });

  const findLeaders = async (): Promise<boolean> => {
    const metadata = await client.metadata({ topics });
    const nodes = new Set(readers.map((reader) => leaderOf(metadata, reader)));
    // A partition that has no leader has one soon.
    if (nodes.delete(-1)) client.clearMetadata();
    for (const node of nodes) {
      if (!fetchers.has(node))
        fetchers.set(
          node,
          loop(`fetches from broker ${node}`, (signal) => fetchFrom(node, signal)),
        );
    }
    return false;
  };

  const leaders = loop('finds its brokers', () =>
    findLeaders().catch((error) => {
      if (fetchers.size === 0) throw error;
      return false; // those that fetch say it themselves
    }),
  );

  return {
    nudge() {
      for (const fetcher of fetchers.values()) fetcher.nudge();
    },
    async stop() {
      // What is under way ends with its client, or, where that is stuck, never.
      for (const each of [leaders, ...fetchers.values()]) void each.stop();
      await client.close().catch((error) => logger.debug({ err: error, group }, 'a client did not close in order'));
    },
  };
};
