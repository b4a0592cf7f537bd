import { type GroupAssignment, ListOffsetTimestamps } from '@platformatic/kafka';
import type { RawConsumer } from './clients.ts';
import type { GroupOffset } from './commits.ts';

/** Where a group goes on in a partition, and whether that is written down already. */
export interface Position extends GroupOffset {
  committed: boolean;
}

type Offsets = Awaited<ReturnType<RawConsumer['listOffsets']>>;

const flat = (assignments: readonly GroupAssignment[], offsets: Offsets): GroupOffset[] =>
  assignments.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition, offset: offsets.get(topic)?.[partition] ?? -1n })),
  );

const listOffsets = async (
  client: RawConsumer,
  assignments: readonly GroupAssignment[],
  timestamp: bigint,
): Promise<GroupOffset[]> => {
  const partitions = Object.fromEntries(assignments.map((each) => [each.topic, each.partitions]));
  const topics = assignments.map(({ topic }) => topic);
  return flat(assignments, await client.listOffsets({ topics, partitions, timestamp }));
};

/** The offsets behind the last records. */
export const endOffsets = (client: RawConsumer, assignments: readonly GroupAssignment[]): Promise<GroupOffset[]> =>
  listOffsets(client, assignments, ListOffsetTimestamps.LATEST);

/** The offsets of the first records that are there. */
export const firstOffsets = (client: RawConsumer, assignments: readonly GroupAssignment[]): Promise<GroupOffset[]> =>
  listOffsets(client, assignments, ListOffsetTimestamps.EARLIEST);

/** Where the group goes on in each partition: behind what it has handled, or else at the first record that is there. */
export const readPositions = async (
  member: RawConsumer,
  assignments: readonly GroupAssignment[],
): Promise<Position[]> => {
  const committed = flat(assignments, await member.listCommittedOffsets({ topics: [...assignments] }));
  if (committed.every(({ offset }) => offset >= 0n)) return committed.map((each) => ({ ...each, committed: true }));
  const earliest = await firstOffsets(member, assignments);
  return committed.map((each, at) =>
    each.offset >= 0n ? { ...each, committed: true } : { ...(earliest[at] as GroupOffset), committed: false },
  );
};
