import type { Refusal } from '@shop/contracts/problems.ts';
import type { DeadLetter } from './event-log.ts';

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
