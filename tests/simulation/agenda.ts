/** Something that will happen; one that was called off is passed by when its time comes. */
export interface Entry {
  at: number;
  /** Decides among what happens at the same time. */
  turn: number;
  run: (() => void) | undefined;
}

/** What will happen in a history, the next one first (a binary heap). */
export interface Agenda {
  add(at: number, turn: number, run: () => void): Entry;
  /** Puts an entry that has come off in again, for a later time. */
  again(entry: Entry, at: number): void;
  /** The next entry that was not called off; undefined when nothing is left. */
  next(): Entry | undefined;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

export const createAgenda = (): Agenda => {
  const heap: Entry[] = [];

  const rise = (entry: Entry): void => {
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = entry;
  };

  const sink = (entry: Entry): void => {
    const { length } = heap;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= length) break;
      if (below + 1 < length && isBefore(heap[below + 1] as Entry, heap[below] as Entry)) below += 1;
      const child = heap[below] as Entry;
      if (!isBefore(child, entry)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = entry;
  };

  return {
    add(at, turn, run) {
      const entry = { at, turn, run };
      rise(entry);
      return entry;
    },
    again(entry, at) {
      entry.at = at;
      rise(entry);
    },
    next() {
      while (heap.length > 0) {
        const first = heap[0] as Entry;
        const last = heap.pop() as Entry;
        if (heap.length > 0) sink(last);
        if (first.run) return first;
      }
      return undefined;
    },
  };
};
