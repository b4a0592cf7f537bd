/** Rows by key, the eldest key first. A row is never changed where it is: a write puts a new one there. */
export interface MemoryTable<Key, Row> {
  get(key: Key): Row | undefined;
  has(key: Key): boolean;
  all(): Iterable<Row>;
  size(): number;
  set(key: Key, row: Row): void;
  delete(key: Key): void;
}

/** A transaction in progress. Nothing of it is seen before its end, and then all of it at once. */
export interface MemoryTx {
  /** Runs `step` at the end, behind the steps before it. It decides by what is stored then. */
  write(step: () => void): void;
  /** Calls `then` once after the end, never when the transaction was given up. */
  afterCommit(then: () => void): void;
}

/** One service's data in memory. It outlives the adapters that are made on it, as a database outlives a process. */
export interface MemoryDatabase {
  table<Key, Row>(): MemoryTable<Key, Row>;
  /** Runs `work`; where that throws, nothing of what it wrote is left. One within another is part of it. */
  atomically<T>(work: () => T): T;
  /** Runs `work`, then all steps that it asked for as one; nothing happens when either throws. */
  transaction<T>(work: (tx: MemoryTx) => Promise<T>): Promise<T>;
}

/** An empty database whose writes are lost with the process. */
export const createMemoryDatabase = (): MemoryDatabase => {
  /** How to take back what the step under way has written. */
  let journal: (() => void)[] | undefined;

  const atomically = <T>(work: () => T): T => {
    if (journal) return work();
    const written: (() => void)[] = [];
    journal = written;
    try {
      return work();
    } catch (error) {
      for (const takeBack of written.reverse()) takeBack();
      throw error;
    } finally {
      journal = undefined;
    }
  };

  return {
    table: <Key, Row>() => {
      const rows = new Map<Key, Row>();
      const remember = (key: Key) => {
        const before = rows.get(key);
        journal?.push(() => {
          if (before === undefined) rows.delete(key);
          else rows.set(key, before);
        });
      };
      return {
        get: (key: Key) => rows.get(key),
        has: (key: Key) => rows.has(key),
        all: () => rows.values(),
        size: () => rows.size,
        set(key: Key, row: Row) {
          remember(key);
          rows.set(key, row);
        },
        delete(key: Key) {
          remember(key);
          rows.delete(key);
        },
      };
    },
    atomically,
    async transaction(work) {
      const steps: (() => void)[] = [];
      const afterwards: (() => void)[] = [];
      const reply = await work({
        write: (step) => steps.push(step),
        afterCommit: (then) => afterwards.push(then),
      });
      atomically(() => {
        for (const step of steps) step();
      });
      for (const then of afterwards) then();
      return reply;
    },
  };
};
