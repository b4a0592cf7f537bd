import type { ClusterMetadata } from '@platformatic/kafka';
import { type Loop, startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { KafkaClients, RawConsumer } from './clients.ts';
import type { ReceivedRecord } from './cloud-event.ts';
import type { PartitionReader } from './partition.ts';

/** How long a broker holds an answer back for want of records; what comes meanwhile is answered at once. */
const maxWaitMs = 500;
/** The same while somebody has enough, but not for long: it would not be asked for before the answer is there. */
const shortWaitMs = 20;
/** What one answer brings at most: little enough to be read without making requests wait. */
const answerBytes = 1024 * 1024;
const partitionBytes = 256 * 1024;
/** The safety net under the nudges, and the longest pause after a failure. */
const idleMs = 1_000;

const outOfRange = 1;
/** The bit of a batch that has no records but a mark of a transaction. */
const controlBatch = 1 << 5;

interface FetchingOptions {
  clients: KafkaClients;
  readers: readonly PartitionReader[];
  /** The group's name in Kafka. */
  group: string;
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

type FetchResponse = Awaited<ReturnType<RawConsumer['fetch']>>;
type Answer = FetchResponse['responses'][number]['partitions'][number];

const leaderOf = (metadata: ClusterMetadata, { topic, partition }: PartitionReader): number =>
  metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;

const recordsIn = ({ topic, partition }: PartitionReader, answer: Answer): ReceivedRecord[] =>
  (answer.records ?? [])
    .filter(({ attributes }) => (attributes & controlBatch) === 0)
    .flatMap(({ firstOffset, records }) =>
      records.map(({ offsetDelta, key, value, headers }) => {
        return { topic, partition, offset: firstOffset + BigInt(offsetDelta), key, value, headers };
      }),
    );

const feed = (reader: PartitionReader, answer: Answer): void => {
  const last = answer.records?.at(-1);
  if (last) reader.feed(recordsIn(reader, answer), last.firstOffset + BigInt(last.lastOffsetDelta) + 1n);
};

/**
 * Fetches for the readers of one assignment, from the leader of each of their partitions: one request in flight a
 * broker, for those that want records. Whoever has enough, as its handler is slow or fails, is left out and holds up
 * nobody else.
 */
export const startFetching = (options: FetchingOptions): Fetching => {
  const { clients, readers, group, onAnswer, clock, logger } = options;
  const topics = [...new Set(readers.map(({ topic }) => topic))];
  // A client for this alone: a fetch that waits at a broker holds up whatever its connection is asked after it.
  const client = clients.consumer({ groupId: group, requestTimeout: maxWaitMs + 5_000 });
  client.topics.trackAll(...topics);
  const fetchers = new Map<number, Loop>();
  const say = { clock, logger };

  /** The partition of an answer, if it is one that was asked for. */
  const readerOf = (metadata: ClusterMetadata, topicId: string, partition: number): PartitionReader | undefined =>
    readers.find((reader) => reader.partition === partition && metadata.topics.get(reader.topic)?.id === topicId);

  /** Retention, or a topic made anew, took the offset away: the first one that is there comes next. */
  const restart = (reader: PartitionReader, answer: Answer): void => {
    const { topic, partition } = reader;
    const [from, to] = [String(reader.next()), String(answer.logStartOffset)];
    logger.error({ group, topic, partition, from, to }, 'the offset to go on from is gone; reading what there is');
    reader.moveTo(answer.logStartOffset);
  };

  /** Calls `take` with each answer of a response whose partition was asked for. */
  const distribute = (
    metadata: ClusterMetadata,
    response: FetchResponse,
    take: (reader: PartitionReader, answer: Answer) => void,
  ): void => {
    for (const { topicId, partitions } of response.responses) {
      for (const answer of partitions) {
        const reader = readerOf(metadata, topicId, answer.partitionIndex);
        if (reader) take(reader, answer);
      }
    }
  };

  interface Request {
    node: number;
    asked: readonly PartitionReader[];
    maxWaitTime: number;
  }

  const request = ({ node, asked, maxWaitTime }: Request, metadata: ClusterMetadata): Promise<FetchResponse> =>
    client.fetch({
      node,
      maxWaitTime,
      minBytes: 1,
      maxBytes: answerBytes,
      topics: asked.map(({ topic, partition, next }) => {
        const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
        const wanted = { partition, fetchOffset: next(), partitionMaxBytes: partitionBytes, ...epochs };
        return { topicId: metadata.topics.get(topic)?.id ?? '', partitions: [wanted] };
      }),
    });

  const fetchFrom = async (node: number): Promise<boolean> => {
    const metadata = await client.metadata({ topics });
    const led = readers.filter((reader) => leaderOf(metadata, reader) === node);
    const asked = led.filter((reader) => reader.hungry());
    if (asked.length === 0) return false;
    const soonHungry = led.some((reader) => !reader.hungry() && reader.failingMs() === 0);
    try {
      const maxWaitTime = soonHungry ? shortWaitMs : maxWaitMs;
      distribute(metadata, await request({ node, asked, maxWaitTime }, metadata), feed);
    } catch (error) {
      client.clearMetadata();
      leaders.nudge();
      const { response } = error as { response?: FetchResponse };
      if (response) {
        distribute(metadata, response, (reader, answer) => {
          if (answer.errorCode === outOfRange) restart(reader, answer);
        });
      }
      throw error;
    }
    onAnswer();
    return true;
  };

  const leaders = startLoop({
    name: `${group} finds its brokers`,
    everyMs: idleMs,
    ...say,
    async work() {
      const metadata = await client.metadata({ topics });
      const nodes = new Set(readers.map((reader) => leaderOf(metadata, reader)));
      // A partition that has no leader has one soon.
      if (nodes.delete(-1)) client.clearMetadata();
      for (const node of nodes) {
        if (fetchers.has(node)) continue;
        const name = `${group} fetches from broker ${node}`;
        fetchers.set(node, startLoop({ name, everyMs: idleMs, ...say, work: () => fetchFrom(node) }));
      }
      return false;
    },
  });

  return {
    nudge() {
      for (const fetcher of fetchers.values()) fetcher.nudge();
    },
    async stop() {
      const stopping = [leaders, ...fetchers.values()].map((loop) => loop.stop());
      await client.close().catch((error) => logger.debug({ err: error, group }, 'a client did not close in order'));
      await Promise.all(stopping);
    },
  };
};
