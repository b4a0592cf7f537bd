import { type Admin, ListOffsetTimestamps } from '@platformatic/kafka';
import { topics } from '@shop/contracts/events.ts';
import type { Clock } from '../../time/clock.ts';
import type { Lag } from '../journal.ts';
import type { KafkaClients } from './clients.ts';
import { KafkaUnavailable, reasonOf } from './errors.ts';
import type { KafkaNames } from './names.ts';
import { within } from './within.ts';

/** Beyond this many the exact number no longer matters. */
const lagLimit = 100_000;
const patienceMs = 2_000;

/** Offsets by partition, by the topic's name. */
type Offsets = Map<string, Map<number, bigint>>;

const listOffsets = async (admin: Admin, names: readonly string[], timestamp: bigint): Promise<Offsets> => {
  const { topics: known } = await admin.metadata({ topics: [...names] });
  const asked = [...known].map(([name, { partitionsCount }]) => ({
    name,
    partitions: Array.from({ length: partitionsCount }, (_, partitionIndex) => ({ partitionIndex, timestamp })),
  }));
  const found = await admin.listOffsets({ topics: asked });
  const offsets: Offsets = new Map(names.map((name) => [name, new Map()]));
  for (const { name, partitions } of found) {
    for (const { partitionIndex, offset } of partitions) offsets.get(name)?.set(partitionIndex, offset);
  }
  return offsets;
};

const max = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/** Of each group of ours how far it is behind in each topic that it has taken part of. */
const readLag = async (admin: Admin, names: KafkaNames): Promise<Lag[]> => {
  const groups = [...(await admin.listGroups()).keys()].filter((name) => names.groupOf(name) !== undefined);
  if (groups.length === 0) return [];
  const all = topics.map(names.events);
  const [committed, starts, ends] = await Promise.all([
    admin.listConsumerGroupOffsets({ groups }),
    listOffsets(admin, all, ListOffsetTimestamps.EARLIEST),
    listOffsets(admin, all, ListOffsetTimestamps.LATEST),
  ]);
  const lags = committed.flatMap(({ groupId, topics: taken }) =>
    taken.flatMap(({ name, partitions }): Lag[] => {
      const content = names.contentOf(name);
      if (!content || content.deadLetters || partitions.length === 0) return [];
      const behind = [...(ends.get(name) ?? [])].map(([partition, end]) => {
        const done = partitions.find(({ partitionIndex }) => partitionIndex === partition)?.committedOffset ?? -1n;
        return Number(max(0n, end - max(done, starts.get(name)?.get(partition) ?? 0n)));
      });
      const sum = behind.reduce((one, other) => one + other, 0);
      return [{ group: names.groupOf(groupId) ?? groupId, topic: content.topic, behind: Math.min(sum, lagLimit) }];
    }),
  );
  return lags.sort((a, b) => a.group.localeCompare(b.group) || a.topic.localeCompare(b.topic));
};

export interface LagReader {
  /** @throws KafkaUnavailable when Kafka doesn't tell within two seconds */
  read(): Promise<Lag[]>;
  close(): Promise<void>;
}

/** Compares what groups have committed with what topics hold. */
export const createLagReader = (options: { clients: KafkaClients; names: KafkaNames; clock: Clock }): LagReader => {
  const { clients, names, clock } = options;
  let admin: Admin | undefined;
  const close = async (): Promise<void> => {
    const closing = admin;
    admin = undefined;
    await closing?.close().catch(() => {});
  };
  return {
    async read() {
      admin ??= clients.admin();
      try {
        return await within(clock, patienceMs, 'the answer', readLag(admin, names));
      } catch (error) {
        void close();
        throw new KafkaUnavailable(`Kafka does not tell how far groups are: ${reasonOf(error)}`, { cause: error });
      }
    },
    close,
  };
};
