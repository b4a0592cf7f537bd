import type { DeadLetters } from './dead-letters.ts';
import type { JournalEntry, JournalQuery, Lag } from './journal.ts';

/** What people see of the event log, and what keeps that small. */
export interface ConsoleLog {
  deadLetters: DeadLetters;
  /** Events that match every filter, newest first, at most `limit`. */
  journal(query: JournalQuery): Promise<JournalEntry[]>;
  /** How far each group is behind in each of its topics; at most 100,000 are counted. */
  lag(): Promise<Lag[]>;
  /**
   * Removes messages older than `olderThan` (`retention.journalMs` ago unless given) that every group of their topic
   * has handled, and dead letters older than `retention.deadLetterMs`; at most ten thousand of each topic, and of
   * letters. Answers how many went.
   */
  prune(olderThan?: Date): Promise<number>;
}
