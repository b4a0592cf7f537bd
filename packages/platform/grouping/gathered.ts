import type { Tx } from '../postgres/postgres.ts';

/** What is to be written once for all of a transaction that asks for it many times. */
export interface Gathered<Item, Tables> {
  /** Leaves it for the end of the transaction. */
  add(tx: Tx<Tables>, item: Item): void;
  /** Writes now what has gathered; for work that must come after it. */
  flush(tx: Tx<Tables>): Promise<void>;
}

/** Gathers items by transaction; `write` gets them together before the commit, in the order in which they came. */
export const gathered = <Item, Tables>(
  write: (tx: Tx<Tables>, items: readonly Item[]) => Promise<void>,
): Gathered<Item, Tables> => {
  const waiting = new WeakMap<Tx<Tables>, Item[]>();
  const flush = async (tx: Tx<Tables>): Promise<void> => {
    const items = waiting.get(tx)?.splice(0) ?? [];
    if (items.length > 0) await write(tx, items);
  };
  return {
    add(tx, item) {
      const items = waiting.get(tx);
      if (items) return void items.push(item);
      waiting.set(tx, [item]);
      tx.beforeCommit(() => flush(tx));
    },
    flush,
  };
};
