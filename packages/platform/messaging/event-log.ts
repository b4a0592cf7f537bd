import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';

export interface Subscription {
  /** For how long nothing could be taken or applied, in milliseconds, in the topic where it is longest; 0 when all is well. */
  failingMs(): number;
  /** Stops taking events, lets the batch in hand finish, resolves then. */
  close(): Promise<void>;
}

/**
 * Handles events of one partition of `topic` in order; resolves when they took effect, and only then are they behind the group.
 * Rejecting means "infrastructure failed": the same events are delivered again after a pause, without end.
 * The signal aborts when the subscription closes or the partition went to another member: finish or give up soon.
 */
export type Deliver = (events: AnyShopEvent[], signal: AbortSignal, topic: Topic) => Promise<void>;

/** A dead letter: an event that could not be applied, as it was received, and why. */
export interface DeadLetter {
  /** A UUID that the same event and group always get: burying again what was buried already leaves one letter. */
  id: string;
  topic: Topic;
  /** The consumer group that could not apply it. */
  group: string;
  error: string;
  /** ISO 8601 UTC. */
  at: string;
  /** The event as received; malformed ones too. */
  event: unknown;
}

export interface SubscribeOptions {
  group: string;
  topics: readonly Topic[];
  deliver: Deliver;
  /** Events of a type that this says no to need not be delivered; what has no type is. */
  wants?: (type: string) => boolean;
}

/** The durable log of events: at least once, in order per key. */
export interface EventLog {
  /** Resolves when every event is durable. An id that the topic holds already is not appended again. */
  publish(topic: Topic, events: readonly AnyShopEvent[]): Promise<void>;
  /** A group starts at the first event and goes on where it left off; each event reaches one member of the group. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Puts a dead letter into `<topic>.dlq`; resolves when it is durable. One that was replayed is open again. */
  bury(letter: DeadLetter): Promise<void>;
  close(): Promise<void>;
}
