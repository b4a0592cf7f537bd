import type { GroupAssignment } from '@platformatic/kafka';
import { startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { KafkaClients, RawConsumer } from './clients.ts';
import { type Commits, createCommits, type GroupOffset } from './commits.ts';
import { MembershipOver } from './errors.ts';
import { type Fetching, startFetching } from './fetching.ts';
import { type Handle, type PartitionReader, readPartition } from './partition.ts';
import { endOffsets, readPositions } from './positions.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

export interface AssignmentOptions {
  clients: KafkaClients;
  /** The member of the group that was given the partitions. */
  member: RawConsumer;
  partitions: readonly GroupAssignment[];
  group: string;
  handle: Handle;
  /** Resolves when this process surely owns the partition (`topic/partition`), or when the signal aborts. */
  owned: (signal: AbortSignal, place: string) => Promise<void>;
  /** Told of each partition that is given up, and when its last delivery has ended. */
  onLeft: (place: string, ended: Promise<void>) => void;
  /** Whether records are gathered a while: larger batches, at the price of half a second. */
  gather: boolean;
  onAnswer: () => void;
  /** Called when a reader gets nothing though there is something to read. */
  onStuck: (error: Error) => void;
  /** How often the watchdog looks. */
  watchEveryMs: number;
  clock: Clock;
  logger: Logger;
}

/** The partitions that a member holds between two rebalances. */
export interface Assignment {
  /** Whether a partition waits for records. */
  hungry(): boolean;
  failingMs(): number;
  /**
   * Gives the partitions up: no delivery starts any more, those in hand are aborted and get `graceMs` to end, and what
   * took effect is committed. A delivery that lasts longer is left alone, and so is its offset.
   */
  end(graceMs: number): Promise<void>;
}

const placeOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${partition}`;

/** Reads the partitions of one assignment, from where the group stands. */
export const startAssignment = (options: AssignmentOptions): Assignment => {
  const { clients, member, partitions, group, handle, gather, onAnswer, clock, logger } = options;
  const readers: PartitionReader[] = [];
  let fetching: Fetching | undefined;
  let watchdog: Watchdog | undefined;
  let over = false;

  const { memberId, generationId } = member;
  const commit = async (offsets: readonly GroupOffset[]): Promise<void> => {
    // The client would commit as whatever member it is by now, or as none at all, which brokers hang up on.
    if (member.memberId !== memberId || member.generationId !== generationId) throw new MembershipOver(group);
    await member.commit({ offsets: offsets.map((each) => ({ ...each, leaderEpoch: -1 })) });
  };
  const commits: Commits = createCommits({ group, commit, clock, logger });

  const begin = async (): Promise<void> => {
    const positions = await readPositions(member, partitions);
    if (over) return;
    for (const { topic, partition, offset, committed } of positions) {
      const note = (handled: bigint) => commits.note({ topic, partition, offset: handled });
      // Written down at once, so that the group's lag can be told before its first event took effect.
      if (!committed) note(offset);
      const onHungry = () => fetching?.nudge();
      const owned = (signal: AbortSignal) => options.owned(signal, placeOf({ topic, partition }));
      const common = { handle, owned, onHandled: note, onHungry, group, clock, logger };
      readers.push(readPartition({ topic, partition, position: offset, ...common }));
    }
    watchdog = createWatchdog(readers);
    fetching = startFetching({ clients, readers, group, gather, onAnswer, clock, logger });
  };

  const watch = async (): Promise<void> => {
    const stuck = watchdog?.look(await endOffsets(member, partitions));
    if (!stuck) return;
    const { topic, partition, next } = stuck;
    options.onStuck(new Error(`${group} gets nothing from ${topic}/${partition} though there is more at ${next()}`));
  };

  const loop = startLoop({
    name: `${group} begins and watches`,
    everyMs: options.watchEveryMs,
    clock,
    logger,
    async work() {
      if (partitions.length > 0) await (fetching ? watch() : begin());
      return false;
    },
  });

  return {
    hungry: () => partitions.length > 0 && (!fetching || readers.some((reader) => reader.hungry())),
    failingMs: () => Math.max(loop.failingMs(), commits.failingMs(), ...readers.map((reader) => reader.failingMs())),
    async end(graceMs) {
      over = true;
      const beginning = loop.stop();
      const stopping = readers.map((reader) => {
        const stopped = reader.stop();
        options.onLeft(placeOf(reader), stopped);
        return stopped;
      });
      const ending = Promise.all([beginning, fetching?.stop(), ...stopping]);
      const done = new AbortController();
      await Promise.race([ending, clock.sleep(graceMs, done.signal)]);
      done.abort();
      await commits.end();
    },
  };
};
