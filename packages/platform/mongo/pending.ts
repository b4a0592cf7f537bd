import type { EventType } from '@shop/contracts/events.ts';
import { type IndexDefinition, type IndexOptions, Schema } from 'mongoose';

/** An event that was stored with the state it tells of, and that the log has not acknowledged yet. */
export interface PendingEvent {
  id: string;
  type: EventType;
  key: string;
  /** JSON: names that people gave (of options, say) mean something to MongoDB as names of fields. */
  data: string;
  at: Date;
  traceparent?: string;
}

/** What a document carries whose changes are events. */
export interface WithPending {
  /** Documents of a shard are published by one relay. */
  shard: number;
  /** In the order in which they were said. */
  pending: PendingEvent[];
}

/** The fields of `WithPending`, for the schema of such documents. */
export const pendingFields = {
  shard: { type: Number, required: true },
  pending: { type: [Schema.Types.Mixed], required: true },
};

/** Documents with more events than this that wait take no further ones: the log has been gone for long. */
export const mostPending = 1_000;

/**
 * For the relays' query: documents with something to send, those that have waited longest first (ids of events rise
 * with time). Nearly always empty, and serves as well to find the documents of events that were sent.
 */
export const indexPending = (schema: { index(fields: IndexDefinition, options: IndexOptions): unknown }): void => {
  schema.index(
    { 'pending.id': 1, shard: 1 },
    { name: 'pending', partialFilterExpression: { 'pending.id': { $exists: true } } },
  );
};
