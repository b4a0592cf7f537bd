import { createHash } from 'node:crypto';
import type { Role } from '@shop/contracts/commands.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Live } from '@shop/platform/coordination/live.ts';
import type { Locks } from '@shop/platform/coordination/locks.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { settled } from '@shop/platform/time/deadline.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import {
  type CheckoutRequest,
  DEADLINE_MS,
  type Order,
  type OrderStatus,
  type Saga,
  type SagaState,
} from './domain.ts';
import type { EarlyRefusals } from './early-refusal.ts';
import { isFinal, latestMessage, watchSaga } from './progress.ts';
import type { Recovery } from './recovery.ts';
import type { Completed } from './saga-runner.ts';
import type { OrderStore, Position, SagaStore } from './store.ts';
import { createTurns, type Turn } from './turns.ts';

export interface Caller {
  id: string;
  role: Role;
}

export interface OrderDeps {
  store: SagaStore & OrderStore;
  recovery: Recovery;
  live: Live;
  /** Messages of this process alone, for those who wait for a checkout that is driven here; `live` unless given. */
  nearby?: Pick<Live, 'subscribe'>;
  locks: Locks;
  /** Refuses before anything is written, where many wait; none unless given. */
  early?: Pick<EarlyRefusals, 'look'>;
  clock: Clock;
  ids: Ids;
}

/** What a checkout has come to: its order, its refusal, or that it goes on without the caller. */
export type CheckoutOutcome =
  | { kind: 'completed'; saga: Saga; order: Order }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'pending'; saga: Saga };

/** A saga; and where this request began it, what its drive comes to. */
type Started = Saga & { driven?: Promise<Completed | undefined> };

/** A caller waits this long for the end of a checkout, and this long for a rollback to be confirmed. */
const ANSWER_MS = 15_000;
const ROLLBACK_ANSWER_MS = 2_000;
/** How long a second checkout of a user lets the first one finish, to spare a saga that would only be refused. */
const TURN_MS = 1_000;
const TURN_POLL_MS = 20;
/** So many checkouts are driven at a time: more of them would only make each other slow. */
const MOST_AT_ONCE = 48;
const MOST_WAITING = 4_000;
const PATIENCE_MS = 1_000;

export const hashOf = (request: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('base64url');

/** Objects with the same fields in another order are the same request. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, inner]) => [key, sorted(inner)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
};

export const createOrders = ({ store, recovery, live, nearby = live, locks, early, clock, ids }: OrderDeps) => {
  const takeTurn = createTurns({
    most: MOST_AT_ONCE,
    patienceMs: PATIENCE_MS,
    mostWaiting: MOST_WAITING,
    clock,
  });

  const outcomeOf = async (saga: Saga): Promise<CheckoutOutcome | undefined> => {
    if (saga.state === 'completed') {
      const order = await store.findOrder(saga.orderId);
      if (!order) throw new Error(`Checkout ${saga.id} is completed, yet has no order`);
      return { kind: 'completed', saga, order };
    }
    const rolledBack = saga.state === 'compensated' || (saga.state === 'parked' && saga.direction === 'undo');
    return rolledBack && saga.problem ? { kind: 'refused', refusal: saga.problem } : undefined;
  };

  /** What the drive completed; undefined where it did not, or after 15 s, or when the caller is gone. */
  const awaitDrive = async (
    driven: Promise<Completed | undefined>,
    signal: AbortSignal,
  ): Promise<Completed | undefined> => {
    if (signal.aborted) return undefined;
    const over = new AbortController();
    const leave = () => over.abort(settled);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([driven, clock.sleep(ANSWER_MS, over.signal).then(() => undefined)]);
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  };

  /** Waits for the stored outcome, at most 15 s, and at most 2 s for a rollback that is decided. */
  const awaitOutcome = async ({ id, driven }: Started, signal: AbortSignal): Promise<CheckoutOutcome> => {
    const start = clock.now().getTime();
    // What the saga's last write left need not be read again.
    const completed = driven && (await awaitDrive(driven, signal));
    if (completed) return { kind: 'completed', ...completed };
    const messages = latestMessage(driven ? nearby : live, id, clock);
    let rollbackSeen: number | undefined;
    try {
      for (;;) {
        const saga = await store.find(id);
        if (!saga) throw new Error(`Checkout ${id} has vanished`);
        const outcome = await outcomeOf(saga);
        if (outcome) return outcome;
        const now = clock.now().getTime();
        if (saga.state === 'compensating') {
          rollbackSeen ??= now;
          if (now - rollbackSeen >= ROLLBACK_ANSWER_MS && saga.problem)
            return { kind: 'refused', refusal: saga.problem };
        }
        if (now - start >= ANSWER_MS || signal.aborted) return { kind: 'pending', saga };
        await nextStored(messages, signal);
      }
    } finally {
      messages.close();
    }
  };

  /** Returns at the next stored change, or after a quarter of a second: a message may get lost. */
  const nextStored = async (messages: ReturnType<typeof latestMessage>, signal: AbortSignal) => {
    for (let waits = 0; waits < 20; waits++) {
      const message = await messages.next(250, signal);
      if (!message || 'stored' in message) return;
    }
  };

  /** Lets a user's other checkout finish first. Nothing rests on it: the cart's own lock decides. */
  const waitTurn = async (userId: string, key: string): Promise<void> => {
    for (let waited = 0; waited < TURN_MS; waited += TURN_POLL_MS) {
      if (await locks.acquire(`checkout:${userId}`, key, DEADLINE_MS)) return;
      await clock.sleep(TURN_POLL_MS);
    }
  };

  /** Refuses, among many who wait, who could only be refused; a key that was used already has its outcome. */
  const refuseEarly = async (caller: Caller, key: string, request: CheckoutRequest): Promise<Refusal | undefined> => {
    const refusal = await early?.look(caller, request);
    return refusal && !(await store.findByKey(caller.id, key)) ? refusal : undefined;
  };

  const start = async (
    caller: Caller,
    key: string,
    request: CheckoutRequest,
    turn: Turn,
  ): Promise<Started | Refusal> => {
    const requestHash = hashOf(request);
    await waitTurn(caller.id, key);
    const now = clock.now();
    const { saga, isNew } = await store.begin({
      id: ids.uuid(),
      orderId: ids.uuid(),
      userId: caller.id,
      role: caller.role,
      idempotencyKey: key,
      requestHash,
      request,
      owner: recovery.owner,
      deadline: new Date(now.getTime() + DEADLINE_MS).toISOString(),
      createdAt: now.toISOString(),
    });
    if (isNew) {
      const driven = recovery.adopt(saga, () => {
        turn.end();
        return locks.release(`checkout:${caller.id}`, key);
      });
      return { ...saga, driven };
    }
    if (isFinal(saga)) await locks.release(`checkout:${caller.id}`, key);
    return saga.requestHash === requestHash ? saga : refuse('IDEMPOTENCY_KEY_REUSED');
  };

  /** Begins a checkout; its turn goes on with the saga that it begins, and ends at once where it begins none. */
  const inTurn = async (
    turn: Turn,
    caller: Caller,
    key: string,
    request: CheckoutRequest,
  ): Promise<Started | Refusal> => {
    let begun = false;
    try {
      const refusal = turn.waited ? await refuseEarly(caller, key, request) : undefined;
      if (refusal) return refusal;
      const started = await start(caller, key, request, turn);
      begun = 'driven' in started;
      return started;
    } finally {
      if (!begun) turn.end();
    }
  };

  const visible = (saga: Saga | undefined, caller: Caller): saga is Saga =>
    saga !== undefined && (caller.role === 'admin' || (saga.userId === caller.id && saga.kind === 'checkout'));

  return {
    /** Takes a checkout: the intent is stored, driven to its end here, and answered from what is stored. */
    async checkout(
      caller: Caller,
      key: string,
      request: CheckoutRequest,
      options: { async: boolean; signal: AbortSignal },
    ): Promise<CheckoutOutcome> {
      if (recovery.isFull()) return { kind: 'refused', refusal: refuse('UNAVAILABLE', { retryAfter: 1 }) };
      const turn = await takeTurn();
      if (!turn) return { kind: 'refused', refusal: refuse('UNAVAILABLE', { retryAfter: 1 }) };
      const saga = await inTurn(turn, caller, key, request);
      if ('code' in saga) return { kind: 'refused', refusal: saga };
      if (!options.async) return awaitOutcome(saga, options.signal);
      return (await outcomeOf(saga)) ?? { kind: 'pending', saga };
    },

    async findCheckout(id: string, caller: Caller): Promise<Saga | Refusal<'CHECKOUT_NOT_FOUND'>> {
      const saga = await store.find(id);
      return visible(saga, caller) ? saga : refuse('CHECKOUT_NOT_FOUND');
    },

    /** The saga now and at every change; `undefined` as a sign of life. */
    watch: (saga: Saga, signal: AbortSignal) => watchSaga({ saga, find: store.find, live, clock, signal }),

    listCheckouts: (filter: { state?: SagaState[]; after?: Position; limit: number }) => store.list(filter),

    /** Pushes a parked saga on; one that is not parked is refused. */
    async retry(id: string): Promise<Saga | Refusal<'CHECKOUT_NOT_FOUND' | 'INVALID_TRANSITION'>> {
      const unparked = await store.unpark(id);
      if (unparked) {
        recovery.nudge();
        return unparked;
      }
      const saga = await store.find(id);
      if (!saga) return refuse('CHECKOUT_NOT_FOUND');
      return refuse('INVALID_TRANSITION', {
        detail: `The checkout is ${saga.state}; only a parked one can be retried.`,
      });
    },

    async findOrder(id: string, caller: Caller): Promise<Order | Refusal<'ORDER_NOT_FOUND'>> {
      const order = await store.findOrder(id);
      return order && (caller.role === 'admin' || order.userId === caller.id) ? order : refuse('ORDER_NOT_FOUND');
    },

    listOrders: (
      caller: Caller,
      filter: { number?: string; userId?: string; status?: OrderStatus; after?: Position; limit: number },
    ): Promise<Order[]> => store.listOrders(caller.role === 'admin' ? filter : { ...filter, userId: caller.id }),

    cancel: (orderId: string, caller: Caller, reason: string | undefined, idempotencyKey: string | undefined) =>
      store.cancelOrder({
        orderId,
        by: caller,
        reason,
        idempotencyKey,
        requestHash: hashOf({ orderId, reason }),
        at: clock.now().toISOString(),
      }),

    advance: (orderId: string, to: 'shipped' | 'delivered', caller: Caller) =>
      store.advanceOrder(orderId, to, caller.id, clock.now().toISOString()),
  };
};

export type Orders = ReturnType<typeof createOrders>;
