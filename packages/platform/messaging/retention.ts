const dayMs = 24 * 60 * 60 * 1000;

/**
 * How long messages and their traces are kept, in milliseconds. Each outlives the one before it, so that whatever can
 * still arrive is still known to whoever has handled it.
 */
export const retention = {
  /** Events that every group has handled, for the journal. */
  journalMs: 7 * dayMs,
  /** Dead letters; an event older than this is refused to be replayed. */
  deadLetterMs: 14 * dayMs,
  /** Inbox rows, and whatever else tells that an event is dealt with. */
  inboxMs: 30 * dayMs,
} as const;
