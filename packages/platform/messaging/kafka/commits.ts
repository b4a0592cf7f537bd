import { startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { isStaleMembership } from './errors.ts';

/** Where a group goes on in a partition. */
export interface GroupOffset {
  topic: string;
  partition: number;
  offset: bigint;
}

/** Commits of several partitions, and several of one, go out together: what a crash in between costs is a repeat. */
const everyMs = 400;
const idleMs = 60_000;

export interface Commits {
  /** Remembers how far a partition has come; it is committed soon. */
  note(offset: GroupOffset): void;
  failingMs(): number;
  /** Commits what is left, once, and resolves. What can't be committed is handled again by whoever comes next. */
  end(): Promise<void>;
}

interface CommitsOptions {
  group: string;
  /** Stores offsets for the group, as the member that holds their partitions. */
  commit: (offsets: readonly GroupOffset[]) => Promise<void>;
  clock: Clock;
  logger: Logger;
}

/** Stores how far the partitions of one assignment have come: one request at a time, never backwards. */
export const createCommits = ({ group, commit, clock, logger }: CommitsOptions): Commits => {
  const pending = new Map<string, GroupOffset>();

  const commitPending = async (): Promise<void> => {
    const offsets = [...pending.values()];
    if (offsets.length === 0) return;
    try {
      await commit(offsets);
    } catch (error) {
      if (!isStaleMembership(error)) throw error;
      // The group went on without us. Whoever has the partitions now begins where we last committed.
      logger.info({ group, offsets: offsets.length }, 'offsets came too late: their partitions were given to others');
    }
    for (const [key, offset] of pending) if (offsets.includes(offset)) pending.delete(key);
  };

  const loop = startLoop({
    name: `${group} commits`,
    everyMs: idleMs,
    clock,
    logger,
    async work(signal) {
      await commitPending();
      await clock.sleep(everyMs, signal);
      return pending.size > 0;
    },
  });

  return {
    note(offset) {
      pending.set(`${offset.topic}/${offset.partition}`, offset);
      loop.nudge();
    },
    failingMs: loop.failingMs,
    async end() {
      await loop.stop();
      await commitPending().catch((error) => logger.warn({ err: error, group }, 'the last offsets were not committed'));
    },
  };
};
