import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import { isSerializationRace } from '../postgres/errors.ts';
import type { Clock } from '../time/clock.ts';
import { settled } from '../time/deadline.ts';
import { nextTurn, systemClock } from '../time/system.ts';

export interface Grouping<Item, Reply> {
  /**
   * Does all of `items` together, and answers them in their order. A rejection that is no infrastructure failure says
   * that nothing was done: each is then done alone.
   */
  run: (items: readonly Item[]) => Promise<readonly Reply[]>;
  /** The most in one group. */
  most: number;
  /** What an item is about: a group has one item of a key, the next of the same key waits for the next group. */
  keyOf?: (item: Item) => string;
  clock?: Clock;
}

/** A group that takes longer, as it waits for somebody's lock, holds nobody up any more. */
const patienceMs = 100;

interface Waiting<Item, Reply> {
  item: Item;
  done: PromiseWithResolvers<Reply>;
}

/**
 * Does together what is asked for while the group before is under way: one round trip and one commit for as many as
 * have gathered by then, and for one at once where nobody else is there. Groups follow each other, first come first
 * served. An infrastructure failure is everybody's of that group: as with a single one, the outcome is unknown.
 */
export const grouped = <Item, Reply>(options: Grouping<Item, Reply>): ((item: Item) => Promise<Reply>) => {
  const { run, most, keyOf, clock = systemClock } = options;
  let waiting: Waiting<Item, Reply>[] = [];
  let busy = false;

  /** Takes the next group, in the order in which they came. */
  const take = (): Waiting<Item, Reply>[] => {
    if (!keyOf) return waiting.splice(0, most);
    const keys = new Set<string>();
    const group: Waiting<Item, Reply>[] = [];
    const left: Waiting<Item, Reply>[] = [];
    for (const one of waiting) {
      const key = keyOf(one.item);
      const fits = group.length < most && !keys.has(key);
      (fits ? group : left).push(one);
      keys.add(key);
    }
    waiting = left;
    return group;
  };

  const alone = async ({ item, done }: Waiting<Item, Reply>): Promise<void> => {
    try {
      const [reply] = await run([item]);
      done.resolve(reply as Reply);
    } catch (error) {
      done.reject(error);
    }
  };

  const together = async (group: readonly Waiting<Item, Reply>[]): Promise<void> => {
    try {
      const replies = await run(group.map(({ item }) => item));
      for (const [at, { done }] of group.entries()) done.resolve(replies[at] as Reply);
    } catch (error) {
      if (isInfrastructureFailure(error) && !isSerializationRace(error))
        for (const { done } of group) done.reject(error);
      // One of them is at fault: alone, the others are not.
      else for (const one of group) await alone(one);
    }
  };

  const pump = async (): Promise<void> => {
    busy = true;
    while (waiting.length > 0) {
      // Those who ask within the same turn of the process's loop are there by then.
      await nextTurn();
      const group = take();
      const [only] = group;
      const patience = new AbortController();
      const work = group.length === 1 && only ? alone(only) : together(group);
      void work.then(() => patience.abort(settled));
      await clock.sleep(patienceMs, patience.signal);
    }
    busy = false;
  };

  return (item) => {
    const done = Promise.withResolvers<Reply>();
    waiting.push({ item, done });
    if (!busy) void pump();
    return done.promise;
  };
};
