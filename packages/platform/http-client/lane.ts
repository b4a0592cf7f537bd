import { type BulkAnswer, type BulkCall, bulkPath, mostInBulk } from '../http/bulk.ts';
import type { Clock } from '../time/clock.ts';
import { settled, withDeadline } from '../time/deadline.ts';
import { nextTurn } from '../time/system.ts';
import { judge, type Outcome } from './attempt.ts';
import type { Call } from './call.ts';
import { exchange } from './exchange.ts';
import type { Replica } from './replicas.ts';

/** So long the next request waits for the first answer to the one before: what is asked meanwhile goes with it. */
const gatherMs = 10;
/** A replica that does not know the way, being older, is not asked that way for so long. */
const unknownMs = 30_000;

interface Waiting {
  call: Call<unknown>;
  message: BulkCall;
  deadline: number;
  /** Sends it in a request of its own, as often as that is of use; at best not where it was tried before. */
  alone: (tried?: Replica) => Promise<Settled>;
  done: PromiseWithResolvers<Settled>;
}

/** What a call came to in the end; otherwise it throws. */
export type Settled = Outcome & { kind: 'answered' | 'refused' };

export interface LaneOptions {
  /** The replica that is next. */
  next: () => Replica | undefined;
  headers: () => Record<string, string>;
  /** How long one replica is waited for at most. */
  attemptMs: number;
  /** How much it may answer. */
  maxBytes: number;
  clock: Clock;
}

/**
 * Sends several calls in one request: those that are made in one turn of the process's loop, and while the request
 * before waits for its first answer. Each is answered as soon as its own answer is there. A call that nobody joins, and
 * one that got no answer among others, is sent alone.
 */
export const createLane = ({ next, headers, attemptMs, maxBytes, clock }: LaneOptions) => {
  const waiting: Waiting[] = [];
  let running = false;
  let unknownUntil = 0;
  const now = () => clock.now().getTime();

  /** Also what failed among others: whether that is final, and what to do about it, is known there. */
  const sendAlone = ({ alone, done }: Waiting, tried?: Replica): Promise<void> =>
    alone(tried).then(done.resolve, done.reject);

  /** Sends a group; `first` is called when something has come of it. */
  const send = async (group: readonly Waiting[], first: () => void): Promise<void> => {
    const left = new Set(group);
    const take = (line: string): void => {
      const { at, status, retryAfter, body } = JSON.parse(line) as BulkAnswer;
      const one = group[at];
      if (!one || !left.delete(one)) return;
      const answer = { status, type: 'application/json', isProblem: status >= 400, body: { value: body }, retryAfter };
      const outcome = judge(answer, one.call);
      if (outcome.kind === 'failed') void sendAlone(one);
      else one.done.resolve(outcome);
    };
    const replica = next();
    let silent: Replica | undefined;
    try {
      if (!replica) return;
      const body = JSON.stringify({ calls: group.map(({ message }) => message) });
      const leftMs = Math.min(attemptMs, ...group.map(({ deadline }) => deadline - now()));
      const sent = { method: 'POST', path: bulkPath, headers: headers(), body } as const;
      const lines = (text: string) => {
        for (const line of text.split('\n')) if (line !== '') take(line);
        first();
      };
      const received = await withDeadline(clock, Math.max(1, leftMs), (signal) =>
        exchange(replica.dispatcher, sent, { maxBytes, signal, onText: lines }),
      );
      if (received.leaving) replica.left();
      if (received.status === 404) unknownUntil = now() + unknownMs;
      if (received.status >= 500) replica.breaker.failed();
      else replica.breaker.succeeded();
    } catch {
      replica?.breaker.failed();
      silent = replica;
    } finally {
      for (const one of left) void sendAlone(one, silent);
      first();
    }
  };

  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      await nextTurn();
      const group = waiting.splice(0, now() < unknownUntil ? 1 : mostInBulk);
      const patience = new AbortController();
      const first = () => patience.abort(settled);
      const [one] = group;
      if (group.length === 1 && one) void sendAlone(one).then(first);
      else void send(group, first);
      await clock.sleep(gatherMs, patience.signal);
    }
    running = false;
  };

  return (
    call: Call<unknown>,
    message: BulkCall,
    deadline: number,
    alone: () => Promise<Settled>,
  ): Promise<Settled> => {
    const done = Promise.withResolvers<Settled>();
    waiting.push({ call, message, deadline, alone, done });
    if (!running) void run();
    return done.promise;
  };
};
