import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';

/** Who reads a topic for a group. */
export interface Member {
  group: string;
  topic: Topic;
  /** Tells this member from all others. */
  owner: string;
}

/** An event at its place in a topic. */
export interface Positioned {
  position: number;
  event: AnyShopEvent;
}

/** How far groups have come in topics of one partition, and which of their members has a batch in hand. */
export interface Batches {
  /** Gives a group that is new its place, before the first event of each topic. */
  join(group: string, topics: readonly Topic[]): Promise<void>;
  /** The next events, in hand from now on; `[]` when there are none, or another member has a batch in hand. */
  take(member: Member, limit: number): Promise<Positioned[]>;
  /** Prolongs the lease of the batch in hand; false when it went to another member. */
  keep(member: Member): Promise<boolean>;
  /** Gives the batch up and moves the group behind `position`, never back; nothing when another member has it. */
  finish(member: Member, position: number): Promise<void>;
}
