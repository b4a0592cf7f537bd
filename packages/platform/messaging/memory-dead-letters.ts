import type { Topic } from '@shop/contracts/events.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { type BuriedLetter, type DeadLetters, type LetterPosition, replayable } from './dead-letters.ts';
import type { DeadLetter } from './event-log.ts';

/** Letters by id, as JSON: nobody changes what was buried. */
export type MemoryLetters = Map<string, string>;

/** Keeps a letter, or opens again the one that its event left when it failed before. */
export const buryIn = (letters: MemoryLetters, letter: DeadLetter): void => {
  const { error, at } = letter;
  const before = read(letters, letter.id);
  const kept: BuriedLetter = before
    ? { ...before, error, at, burials: before.burials + 1, replayedAt: undefined }
    : { ...letter, event: letter.event ?? null, burials: 1 };
  letters.set(letter.id, JSON.stringify(kept));
};

const read = (letters: MemoryLetters, id: string): BuriedLetter | undefined => {
  const kept = letters.get(id);
  return kept === undefined ? undefined : JSON.parse(kept);
};

const newestFirst = (a: LetterPosition, b: LetterPosition): number =>
  a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1;

/** The dead letters beside a log in memory. `append` puts a message into a topic. */
export const memoryDeadLetters = ({
  letters,
  clock,
  ids,
  append,
}: {
  letters: MemoryLetters;
  clock: Clock;
  ids: Ids;
  append: (topic: Topic, deliveryId: string, event: object) => void;
}): DeadLetters => {
  const all = (): BuriedLetter[] => [...letters.values()].map((kept) => JSON.parse(kept));
  return {
    async list({ limit, before }) {
      const found = all().filter((letter) => !before || newestFirst(before, letter) < 0);
      return found.sort(newestFirst).slice(0, limit);
    },
    waiting: async () => all().filter(({ replayedAt }) => replayedAt === undefined).length,
    show: async (id) => read(letters, id.toLowerCase()),
    async replay(id) {
      const now = clock.now();
      const found = replayable(read(letters, id.toLowerCase()), now);
      if (isRefusal(found)) return found;
      const { letter, event } = found;
      if (letter.replayedAt === undefined) {
        letters.set(letter.id, JSON.stringify({ ...letter, replayedAt: now.toISOString() }));
        append(letter.topic, ids.uuid(), { ...event, replayFor: letter.group });
      }
      return { ok: true };
    },
  };
};
