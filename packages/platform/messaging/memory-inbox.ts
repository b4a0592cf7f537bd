import type { AnyShopEvent } from '@shop/contracts/events.ts';
import type { MemoryDatabase, MemoryTable, MemoryTx } from '../memory/database.ts';
import type { Apply } from './inbox.ts';

/** The events that each group of a service has dealt with. */
export interface MemoryInboxData {
  db: MemoryDatabase;
  /** By group and event; `buried` where only the replay of its dead letter may still take effect. */
  seen: MemoryTable<string, { buried: boolean }>;
}

export const memoryInboxData = (db: MemoryDatabase): MemoryInboxData => ({ db, seen: db.table() });

/** What a handler asked for; done only where its event is still fresh at the end of the batch. */
interface Asked {
  copies: readonly AnyShopEvent[];
  steps: (() => void)[];
}

/**
 * Each event takes effect once for the group: all of a batch is one step at its end, with a row for each event. When a
 * handler fails nothing of the batch has happened.
 */
export const memoryInbox = ({ db, seen }: MemoryInboxData, group: string): Apply<MemoryTx> => {
  const nameOf = ({ id }: AnyShopEvent) => `${group} ${id.toLowerCase()}`;
  const isFresh = (event: AnyShopEvent): boolean => {
    const row = seen.get(nameOf(event));
    // A replay is fresh once more, but only after a burial, and once for each.
    return !row || (row.buried && event.replayFor !== undefined);
  };

  return {
    async batch(events, handle) {
      const copies = Map.groupBy(events, nameOf);
      const asked: Asked[] = [];
      const afterwards: (() => void)[] = [];
      const tx: MemoryTx = {
        write: (step) => asked.at(-1)?.steps.push(step),
        afterCommit: (then) => afterwards.push(then),
      };
      // An id that came twice in one batch is handled where it stands first.
      for (const [first, ...more] of copies.values()) {
        if (!first || ![first, ...more].some(isFresh)) continue;
        asked.push({ copies: [first, ...more], steps: [] });
        await handle(first, tx);
      }
      db.atomically(() => {
        for (const { copies, steps } of asked) {
          const [first] = copies;
          // Another member may have applied it since.
          if (!first || !copies.some(isFresh)) continue;
          seen.set(nameOf(first), { buried: false });
          for (const step of steps) step();
        }
      });
      for (const then of afterwards) then();
    },
    async buried(event) {
      if (!seen.has(nameOf(event))) seen.set(nameOf(event), { buried: true });
    },
  };
};
