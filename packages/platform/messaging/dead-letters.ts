import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { DeadLetter } from './event-log.ts';
import { retention } from './retention.ts';

/** A dead letter as it is kept. */
export interface BuriedLetter extends DeadLetter {
  /** How often its event could not be applied. */
  burials: number;
  /** When it was sent again; undefined while it waits for somebody to do so, or when that failed as well. */
  replayedAt?: string;
}

/** Where a list goes on: the place of the last letter of the page before. */
export type LetterPosition = Pick<DeadLetter, 'at' | 'id'>;

export interface DeadLetters {
  /** Letters, newest first. */
  list(options: { limit: number; before?: LetterPosition }): Promise<BuriedLetter[]>;
  /** How many wait to be sent again. */
  waiting(): Promise<number>;
  show(id: string): Promise<BuriedLetter | undefined>;
  /**
   * Sends the event to the group that failed, and to no other, as a new message behind all others of its topic: with
   * its own id and `replayFor` set. A letter that was replayed already stays as it is. Letters whose event is older
   * than `retention.deadLetterMs` count as gone: what tells that they are dealt with elsewhere is gone as well.
   */
  replay(id: string): Promise<{ ok: true } | Refusal<'DEAD_LETTER_NOT_FOUND'>>;
}

/** A letter whose event may be sent again, and what to send. */
export interface Replayable {
  letter: BuriedLetter;
  event: object;
}

/** The letter, unless there is none, nothing in it that could be sent, or it is too old. */
export const replayable = (
  letter: BuriedLetter | undefined,
  now: Date,
): Replayable | Refusal<'DEAD_LETTER_NOT_FOUND'> => {
  if (!letter || bornAt(letter) < now.getTime() - retention.deadLetterMs) return refuse('DEAD_LETTER_NOT_FOUND');
  const { event } = letter;
  return typeof event === 'object' && event !== null ? { letter, event } : nothingToSend();
};

/** Refuses to send again what was no event when it arrived. */
export const nothingToSend = (): Refusal<'DEAD_LETTER_NOT_FOUND'> =>
  refuse('DEAD_LETTER_NOT_FOUND', { detail: 'What arrived was no event: there is nothing to send again.' });

/** When the letter's event came to be, in epoch milliseconds; its burial counts where the event doesn't say. */
const bornAt = (letter: BuriedLetter): number => {
  const { time } = (letter.event ?? {}) as { time?: unknown };
  const born = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(born) ? Date.parse(letter.at) : born;
};
