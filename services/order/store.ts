import type { Participant, Role } from '@shop/contracts/commands.ts';
import type { UndoKind } from '@shop/contracts/events.ts';
import type { Refusal } from '@shop/contracts/problems.ts';
import type { CheckoutRequest, Order, OrderStatus, Saga, SagaState, Step } from './domain.ts';

/** What an owner proves with each decision: a newer epoch means that another has taken the saga over. */
export interface Owned {
  id: string;
  epoch: number;
}

/** What the last write of a checkout left. */
export interface Finished {
  order: Order;
  /** The saga's. */
  version: number;
}

export interface Intent {
  id: string;
  orderId: string;
  userId: string;
  role: Role;
  idempotencyKey: string;
  requestHash: string;
  request: CheckoutRequest;
  owner: string;
  /** ISO 8601: when the order must exist. */
  deadline: string;
  createdAt: string;
}

/** A place in a list that runs newest first. */
export interface Position {
  createdAt: string;
  id: string;
}

/**
 * The truth about sagas and orders. Every decision is one guarded write that answers what is stored then, or undefined
 * when the guard refused it: someone else decided before.
 */
export interface SagaStore {
  /** Writes the intent, or answers the saga that has this user's key already. */
  begin(intent: Intent): Promise<{ saga: Saga; isNew: boolean }>;
  find(id: string): Promise<Saga | undefined>;
  findByKey(userId: string, idempotencyKey: string): Promise<Saga | undefined>;
  /** Settles a decision whose answer was lost: waits for it to commit or fail, then answers what is stored. */
  settle(id: string): Promise<Saga | undefined>;
  list(filter: { state?: SagaState[]; after?: Position; limit: number }): Promise<Saga[]>;

  /** The pivot: order, `order.created` and the saga's state in one commit. */
  pivot(owned: Owned, steps: Step[], order: Omit<Order, 'number'>): Promise<boolean>;
  /** Decides to roll back, with `order.cancelled` in the same commit; without participants the saga ends at once. */
  compensate(owned: Owned, decision: Compensation): Promise<Saga | undefined>;
  /** The saga's last write: completed, order confirmed, and a requested cancel begun. Answers what it left. */
  finish(owned: Owned, steps: Step[], at: string): Promise<Finished | undefined>;
  /** Ends a saga whose owner gave up, because its cart turned out to be completed. */
  finishByFact(id: string, at: string): Promise<boolean>;
  /** Leaves a step after the pivot for later; the recovery takes it up after `delaySeconds`. */
  postpone(owned: Owned, steps: Step[], delaySeconds: number): Promise<boolean>;
  /** Publishes the undo again, for those who have not answered. */
  republish(owned: Owned, delaySeconds: number, at: string): Promise<boolean>;
  /** Gives the saga to an operator, its direction kept. */
  park(owned: Owned): Promise<Saga | undefined>;
  /** An operator's retry of a parked saga: the epoch rises, the recovery takes it up at once. */
  unpark(id: string): Promise<Saga | undefined>;
  /** Notes that a participant has undone its part; with the last one the saga is compensated. Not owner-guarded: it is a fact. */
  answered(answer: {
    sagaId: string;
    orderId: string;
    kind: UndoKind;
    participant: Participant;
    at: string;
  }): Promise<void>;
  /** Publishes the stored decision for a hold that asked what became of its saga. */
  answerQuestion(question: {
    sagaId: string;
    orderId: string;
    userId: string;
    participant: Participant;
    at: string;
  }): Promise<void>;

  /** Renews this process's lease on everything it owns. */
  heartbeat(owner: string): Promise<void>;
  /** Ends the lease, so that others take over at once. */
  resign(owner: string): Promise<void>;
  /** Takes over sagas that are due or whose owner is silent; each with a new epoch. */
  claim(owner: string, limit: number): Promise<Saga[]>;
  /** How many sagas there are in each state that is not an end. */
  unfinished(): Promise<Record<'running' | 'pivoted' | 'compensating' | 'parked', number>>;
  /**
   * Takes the timeline and the request out of sagas that ended before `olderThan`, at most `limit`, the oldest first;
   * answers how many. Key, outcome and order stay, so the same key still gets the same answer.
   */
  forgetDetails(olderThan: Date, limit: number): Promise<number>;
  /** How checkouts of the last seconds went, and how long their steps took. */
  statistics(windowSeconds: number): Promise<SagaStatistics>;
  /** Every breach of what sagas and orders promise; empty when all is well. */
  audit(): Promise<string[]>;
}

export interface SagaStatistics {
  checkouts: {
    perMinute: number;
    completed: number;
    refused: number;
    running: number;
    /** Share of those that ended; null when none did. */
    successRate: number | null;
    /** Those that began in each ten seconds of the window and have ended, the oldest slot first. */
    series: { at: string; completed: number; refused: number }[];
  };
  parked: number;
  /** Milliseconds from the start to the end of each step that was done. */
  steps: { name: string; count: number; p50Ms: number; p99Ms: number }[];
}

export interface Compensation {
  problem: Refusal;
  participants: Participant[];
  steps: Step[];
  at: string;
}

export interface OrderStore {
  findOrder(id: string): Promise<Order | undefined>;
  listOrders(filter: {
    number?: string;
    userId?: string;
    status?: OrderStatus;
    after?: Position;
    limit: number;
  }): Promise<Order[]>;
  /**
   * Cancels a confirmed order, or notes the wish on one that is not confirmed yet. A repeat answers the same order.
   * With an idempotency key, the same key for another request is refused.
   */
  cancelOrder(
    request: CancelRequest,
  ): Promise<Order | Refusal<'ORDER_NOT_FOUND' | 'NOT_CANCELLABLE' | 'IDEMPOTENCY_KEY_REUSED'>>;
  /** confirmed → shipped or shipped → delivered; a repeat answers the order as it is. */
  advanceOrder(
    id: string,
    to: 'shipped' | 'delivered',
    by: string,
    at: string,
  ): Promise<Order | Refusal<'ORDER_NOT_FOUND' | 'INVALID_TRANSITION'>>;
}

export interface CancelRequest {
  orderId: string;
  /** Who asks; only the owner's orders exist for a user who is not an admin. */
  by: { id: string; role: Role };
  reason?: string;
  idempotencyKey?: string;
  requestHash: string;
  at: string;
}
