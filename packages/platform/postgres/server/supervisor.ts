import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { ServerConnection } from '../connect.ts';
import type { Account } from './account.ts';
import { type Cluster, superuser } from './cluster.ts';
import { PostgresFailed, ShopAlreadyRunning } from './errors.ts';
import { type ShopLockSession, takeShopLock } from './guard.ts';
import { freePort, type Postmaster, startPostmaster } from './postmaster.ts';
import type { Settings } from './settings.ts';

export interface Supervised {
  account: Account;
  cluster: Cluster;
  dataDir: string;
  settings: Settings;
  logger: Logger;
  clock: Clock;
}

export interface Supervision {
  connection: ServerConnection;
  pid(): number;
  onRestart(listener: () => void): void;
  stop(): Promise<void>;
}

/** A server that serves us, and our lock on it. */
interface Running {
  postmaster: Postmaster;
  session: ShopLockSession;
  /** When it began to serve, in ms since 1970. */
  since: number;
}

/** Long enough for recovery after a crash of a busy server. */
const readyMs = 120_000;
/** How long a lock may seem held by a session whose process is gone. */
const heldMs = 5_000;
const firstPortAttempts = 5;
const longestBackoffMs = 5_000;
/** One that served for less than this is restarted after a pause. */
const shortLifeMs = 10_000;
const shortLifePauseMs = 500;

/** Waits until the server takes our lock, or until it is clear that it won't. */
const ready = async (
  { clock, dataDir }: Supervised,
  connection: ServerConnection,
  postmaster: Postmaster,
  stopping: AbortSignal,
): Promise<ShopLockSession> => {
  const began = clock.now().getTime();
  for (;;) {
    const session = await takeShopLock(connection).catch((error: Error) => error);
    if (session !== 'held' && !(session instanceof Error)) return session;
    const waited = clock.now().getTime() - began;
    if (stopping.aborted) throw new PostgresFailed('PostgreSQL was stopped while it started', '');
    if (postmaster.hasEnded()) throw new PostgresFailed('PostgreSQL did not start', postmaster.said());
    if (session === 'held' && waited > heldMs) throw new ShopAlreadyRunning(dataDir);
    if (waited > readyMs) throw new PostgresFailed(`PostgreSQL was not ready in time (${session})`, postmaster.said());
    await clock.sleep(20, stopping);
  }
};

const startOn = async (
  supervised: Supervised,
  connection: ServerConnection,
  stopping: AbortSignal,
): Promise<Running> => {
  const { account, cluster, settings, logger, clock } = supervised;
  const postmaster = startPostmaster(account, cluster, connection.port, settings, logger);
  try {
    const session = await ready(supervised, connection, postmaster, stopping);
    return { postmaster, session, since: clock.now().getTime() };
  } catch (error) {
    await postmaster.stop(clock);
    throw error;
  }
};

/** Starts on a free port; another one if somebody else takes it in between. */
const startAnywhere = async (
  supervised: Supervised,
  stopping: AbortSignal,
): Promise<{ connection: ServerConnection; running: Running }> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const connection = { host: '127.0.0.1', port, user: superuser, password: supervised.cluster.password };
    try {
      return { connection, running: await startOn(supervised, connection, stopping) };
    } catch (error) {
      const portTaken = error instanceof PostgresFailed && /Address already in use/.test(error.message);
      if (!portTaken || attempt >= firstPortAttempts) throw error;
    }
  }
};

/** Tries without end: the shop answers 503 meanwhile, and ending it would help nobody. Undefined once `stopping`. */
const insist = async <T>(
  { logger, clock }: Supervised,
  stopping: AbortSignal,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  for (let failures = 0; !stopping.aborted; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (stopping.aborted) return undefined;
      logger.error({ err: error }, `${what} failed and is tried again`);
      await clock.sleep(Math.min(100 * 2 ** failures, longestBackoffMs), stopping);
    }
  }
  return undefined;
};

/** A listener that fails must not end the watch over PostgreSQL. */
const call = (listener: () => void, logger: Logger): void => {
  try {
    listener();
  } catch (error) {
    logger.error({ err: error }, 'what should follow a restart of PostgreSQL failed');
  }
};

/** Starts PostgreSQL, takes the shop's lock on it and keeps both so until it is stopped. */
export const supervise = async (supervised: Supervised): Promise<Supervision> => {
  const { logger, clock } = supervised;
  const stopping = new AbortController();
  const listeners: (() => void)[] = [];
  const { connection, running: first } = await startAnywhere(supervised, stopping.signal);
  let running = first;
  logger.info({ pid: first.postmaster.pid, port: connection.port }, 'PostgreSQL serves');

  const restart = async (how: string): Promise<void> => {
    const { postmaster, since } = running;
    logger.error({ pid: postmaster.pid, how }, 'PostgreSQL died and is restarted');
    // One that dies as soon as it serves would otherwise keep the machine busy with nothing else.
    if (clock.now().getTime() - since < shortLifeMs) await clock.sleep(shortLifePauseMs, stopping.signal);
    const start = () => startOn(supervised, connection, stopping.signal);
    const again = await insist(supervised, stopping.signal, 'restarting PostgreSQL', start);
    if (!again) return;
    running = again;
    logger.info({ pid: again.postmaster.pid, port: connection.port }, 'PostgreSQL serves again');
    for (const listener of listeners) call(listener, logger);
  };

  const relock = async (): Promise<void> => {
    const { postmaster } = running;
    // The lock goes before the process does: most often it is PostgreSQL that has died.
    await Promise.race([postmaster.ended, clock.sleep(100, stopping.signal)]);
    const lock = async () =>
      postmaster.hasEnded() ? undefined : ready(supervised, connection, postmaster, stopping.signal);
    const session = await insist(supervised, stopping.signal, 'locking PostgreSQL', lock);
    if (session) running = { ...running, session };
  };

  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { postmaster, session } = running;
      const lockLost = session.ended.then(() => undefined);
      const how = await Promise.race([postmaster.ended, lockLost]);
      if (stopping.signal.aborted) return;
      if (how !== undefined || postmaster.hasEnded()) await restart(how ?? (await postmaster.ended));
      else await relock();
    }
  };

  // A process that ends without stopping us (an error nobody caught) takes PostgreSQL along where it still can.
  const takeAlong = () => {
    if (!running.postmaster.hasEnded()) process.kill(running.postmaster.pid, 'SIGINT');
  };
  process.once('exit', takeAlong);

  const watching = watch();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    process.off('exit', takeAlong);
    running.session.end();
    await running.postmaster.stop(clock);
    await watching;
    // A restart that succeeded just before we were told to stop has put a new one in its place.
    running.session.end();
    await running.postmaster.stop(clock);
    logger.info({ pid: running.postmaster.pid }, 'PostgreSQL stopped');
  };

  return {
    connection,
    pid: () => running.postmaster.pid,
    onRestart: (listener) => {
      listeners.push(listener);
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};
