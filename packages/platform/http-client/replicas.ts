import { type Dispatcher, Pool } from 'undici';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { type Breaker, type BreakerState, createBreaker } from './breaker.ts';

/** One process of a service, or one name for some of them. */
export interface Replica {
  /** Its origin. */
  url: string;
  dispatcher: Dispatcher;
  breaker: Breaker;
  /** It said that it is about to end: the others are asked for a while, where there are any. */
  left(): void;
  isLeaving(): boolean;
}

/** A process that ends is gone, and may be there again, after this. */
const leavingMs = 5_000;
const connections = 100;
const connectMs = 1_000;
/**
 * An idle connection is closed here before a server that drains would close it, whatever keep-alive the server offers:
 * a request that is sent just then would be lost.
 */
const idleMs = 1_000;

/** Only the origin: what callers ask for is theirs to say. */
const originOf = (url: string): string => {
  const { origin, protocol, pathname, search, username } = new URL(url);
  if (!/^https?:$/.test(protocol) || pathname !== '/' || search !== '' || username !== '') {
    throw new Error('the address of a service must be an origin, such as http://127.0.0.1:7102');
  }
  return origin;
};

const createReplica = (
  address: string,
  clock: Clock,
  changed: (url: string, state: 'closed' | 'open') => void,
): Replica => {
  const url = originOf(address);
  const dispatcher = new Pool(url, {
    connections,
    pipelining: 1,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    connect: { timeout: connectMs },
    // Calls have deadlines of their own.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
  let leavingUntil = 0;
  return {
    url,
    dispatcher,
    breaker: createBreaker(clock, (state) => changed(url, state)),
    left: () => {
      leavingUntil = clock.now().getTime() + leavingMs;
    },
    isLeaving: () => clock.now().getTime() < leavingUntil,
  };
};

export interface ReplicasOptions {
  service: string;
  urls: readonly string[];
  clock: Clock;
  ids: Pick<Ids, 'fraction'>;
  logger: Logger;
}

export interface Replicas {
  /** The next one in turn that may be tried, at best none of those that were; who gets it tells its breaker how it went. */
  next(tried: ReadonlySet<Replica>): Replica | undefined;
  states(): { url: string; state: BreakerState }[];
  close(): Promise<void>;
}

/** The replicas of one service. */
export const createReplicas = ({ service, urls, clock, ids, logger }: ReplicasOptions): Replicas => {
  if (urls.length === 0) throw new Error(`${service} has no address`);
  const all = urls.map((address) =>
    createReplica(address, clock, (url, state) => {
      if (state === 'open') logger.warn({ service, url }, 'a replica fails and is left alone for a while');
      else logger.info({ service, url }, 'a replica answers again');
    }),
  );
  // Processes that start together don't all begin with the same one.
  let turn = Math.floor(ids.fraction() * all.length);
  return {
    next(tried) {
      turn = (turn + 1) % all.length;
      const inTurn = [...all.slice(turn), ...all.slice(0, turn)];
      const staying = inTurn.find((replica) => !tried.has(replica) && !replica.isLeaving() && replica.breaker.take());
      if (staying) return staying;
      const untried = inTurn.find((replica) => !tried.has(replica) && replica.breaker.take());
      return untried ?? inTurn.find((replica) => tried.has(replica) && replica.breaker.take());
    },
    states: () => all.map(({ url, breaker }) => ({ url, state: breaker.state() })),
    async close() {
      await Promise.all(all.map(({ dispatcher }) => dispatcher.close()));
    },
  };
};
