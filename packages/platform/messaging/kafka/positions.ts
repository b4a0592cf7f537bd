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
  member: RawConsumer,
  assignments: readonly GroupAssignment[],
  timestamp: bigint,
): Promise<GroupOffset[]> => {
  const partitions = Object.fromEntries(assignments.map((each) => [each.topic, each.partitions]));
  const topics = assignments.map(({ topic }) => topic);
  return flat(assignments, await member.listOffsets({ topics, partitions, timestamp }));
};

/** The offsets behind the last records. */
export const endOffsets = (member: RawConsumer, assignments: readonly GroupAssignment[]): Promise<GroupOffset[]> =>
  listOffsets(member, assignments, ListOffsetTimestamps.LATEST);

/** Where the group goes on in each partition: behind what it has handled, or else at the first record that is there. */
export const readPositions = async (
  member: RawConsumer,
  assignments: readonly GroupAssignment[],
): Promise<Position[]> => {
  const committed = flat(assignments, await member.listCommittedOffsets({ topics: [...assignments] }));
  if (committed.every(({ offset }) => offset >= 0n)) return committed.map((each) => ({ ...each, committed: true }));
  const earliest = await listOffsets(member, assignments, ListOffsetTimestamps.EARLIEST);
  return committed.map((each, at) =>
    each.offset >= 0n ? { ...each, committed: true } : { ...(earliest[at] as GroupOffset), committed: false },
  );
};
