import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';

/** The journal is the log itself, read by people: the events of the last days, newest first. */
export interface JournalQuery {
  topic?: Topic;
  type?: string;
  key?: string;
  sagaId?: string;
  limit: number;
  /** The `position` of the last entry of the page before. */
  before?: string;
}

export interface JournalEntry {
  /** Where the entry stands in the journal: a UUID, for `before`. */
  position: string;
  topic: Topic;
  event: AnyShopEvent;
}

/** How many events a group has yet to handle. */
export interface Lag {
  group: string;
  topic: Topic;
  behind: number;
}
