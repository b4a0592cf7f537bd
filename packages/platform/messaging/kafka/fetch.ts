import type { ClusterMetadata } from '@platformatic/kafka';
import type { RawConsumer } from './clients.ts';
import type { ReceivedRecord } from './cloud-event.ts';
import { KafkaUnavailable, reasonOf } from './errors.ts';
import type { PartitionReader } from './partition.ts';

/** What one answer brings at most: little enough to be read without making requests wait. */
export const answerBytes = 1024 * 1024;
const partitionBytes = 256 * 1024;

/** Kafka's code for an offset that a partition hasn't got. */
const outOfRange = 1;
/** The bit of a batch that holds no records but a mark of a transaction. */
const controlBatch = 1 << 5;

type FetchResponse = Awaited<ReturnType<RawConsumer['fetch']>>;
type Answer = FetchResponse['responses'][number]['partitions'][number];

export interface FetchOptions {
  client: RawConsumer;
  metadata: ClusterMetadata;
  /** The broker that leads their partitions. */
  node: number;
  readers: readonly PartitionReader[];
  /** The broker holds its answer back until it has so much, */
  minBytes: number;
  /** or for so long, in milliseconds. */
  maxWaitTime: number;
}

/** Each answer of a response, with the reader of its partition; those that nobody asked for are left out. */
const answersIn = ({ responses }: FetchResponse, { metadata, readers }: FetchOptions): [PartitionReader, Answer][] =>
  responses.flatMap(({ topicId, partitions }) =>
    partitions.flatMap((answer): [PartitionReader, Answer][] => {
      const reader = readers.find(
        ({ topic, partition }) => partition === answer.partitionIndex && metadata.topics.get(topic)?.id === topicId,
      );
      return reader ? [[reader, answer]] : [];
    }),
  );

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

const request = ({ client, metadata, node, readers, minBytes, maxWaitTime }: FetchOptions): Promise<FetchResponse> =>
  client.fetch({
    node,
    maxWaitTime,
    minBytes,
    maxBytes: answerBytes,
    topics: readers.map(({ topic, partition, next }) => {
      const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
      const wanted = { partition, fetchOffset: next(), partitionMaxBytes: partitionBytes, ...epochs };
      return { topicId: metadata.topics.get(topic)?.id ?? '', partitions: [wanted] };
    }),
  });

/**
 * Asks one broker once, and feeds the readers. An answer with an error for any of them feeds none: they ask again.
 *
 * @returns the readers whose offset isn't there
 * @throws KafkaUnavailable for any other error
 */
export const fetchOnce = async (options: FetchOptions): Promise<PartitionReader[]> => {
  try {
    for (const [reader, answer] of answersIn(await request(options), options)) feed(reader, answer);
    return [];
  } catch (error) {
    const { response } = error as { response?: FetchResponse };
    const astray = (response ? answersIn(response, options) : [])
      .filter(([, { errorCode }]) => errorCode === outOfRange)
      .map(([reader]) => reader);
    if (astray.length > 0) return astray;
    throw new KafkaUnavailable(reasonOf(error), { cause: error });
  }
};
