import type { GroupOffset } from './commits.ts';
import type { PartitionReader } from './partition.ts';

/** What a watchdog needs to see of a reader. */
export type Watched = Pick<PartitionReader, 'topic' | 'partition' | 'next' | 'hungry'>;

export interface Watchdog {
  /**
   * Looks at all readers. Answers the first one that wanted records at the look before, while there were some, and has
   * not got a single one since: its client is stuck, whatever it says itself.
   */
  look(ends: readonly GroupOffset[]): Watched | undefined;
}

/** Sees from outside whether readers get what there is to read: from what topics hold, not from what a client reports. */
export const createWatchdog = (readers: readonly Watched[]): Watchdog => {
  /** Who missed records at the last look, and the offset that it waited for. */
  let starving = new Map<Watched, bigint>();
  return {
    look(ends) {
      const before = starving;
      starving = new Map();
      let stuck: Watched | undefined;
      for (const reader of readers) {
        const end = ends.find(({ topic, partition }) => topic === reader.topic && partition === reader.partition);
        const next = reader.next();
        if (!end || !reader.hungry() || end.offset <= next) continue;
        starving.set(reader, next);
        if (before.get(reader) === next) stuck ??= reader;
      }
      return stuck;
    },
  };
};
