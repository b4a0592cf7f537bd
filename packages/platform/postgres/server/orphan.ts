import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';

import { type Cluster, superuser } from './cluster.ts';
import { ShopAlreadyRunning } from './errors.ts';
import { takeShopLock } from './guard.ts';
import { endGently } from './postmaster.ts';
import { isPostmasterOf, processExists } from './processes.ts';

/** The first lines of postmaster.pid: process id, data folder, start time, port. */
const readPidFile = async (cluster: Cluster): Promise<{ pid: number; port: number; lines: string[] } | undefined> => {
  const text = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return pid > 0 ? { pid, port: Number(lines[3] ?? 0), lines } : undefined;
};

/** No process ever has this id. */
const nobodysPid = 2 ** 31 - 1;

/**
 * A pid file of a postmaster that is gone keeps PostgreSQL from starting while anything has its id: a process of
 * somebody else, or what is left of a killed one that nobody has waited for. The id in it is replaced; the rest stays,
 * since PostgreSQL finds by it the shared memory that children of the old postmaster may still use. Written in place,
 * so that its owner stays the same.
 */
const defuse = async (cluster: Cluster): Promise<void> => {
  const found = await readPidFile(cluster);
  if (!found || !processExists(found.pid) || (await isPostmasterOf(found.pid, cluster.data))) return;
  await writeFile(join(cluster.data, 'postmaster.pid'), [String(nobodysPid), ...found.lines.slice(1)].join('\n'));
};

/** Whether a live shop uses this server. One that doesn't answer within `patienceMs` serves nobody. */
const servesAShop = async (cluster: Cluster, port: number, clock: Clock, patienceMs: number): Promise<boolean> => {
  const deadline = clock.now().getTime() + patienceMs;
  const connection = { host: '127.0.0.1', port, user: superuser, password: cluster.password };
  for (;;) {
    const session = await takeShopLock(connection).catch(() => 'unreachable' as const);
    if (session !== 'unreachable' && session !== 'held') {
      session.end();
      return false;
    }
    // A shop killed a moment ago may seem to hold the lock until the server notices.
    if (clock.now().getTime() >= deadline) return session === 'held';
    await clock.sleep(100);
  }
};

/** Resolves when no postmaster with this id runs on the cluster any more, or when the signal aborts. */
const untilGone = async (pid: number, cluster: Cluster, clock: Clock, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted && (await isPostmasterOf(pid, cluster.data))) await clock.sleep(50, signal);
};

const stopOrphan = async (pid: number, cluster: Cluster, clock: Clock): Promise<void> => {
  const givenUp = new AbortController();
  // Looked at again before every signal: it may be gone, and its id somebody else's.
  const signal = async (name: NodeJS.Signals) => {
    if (await isPostmasterOf(pid, cluster.data)) process.kill(pid, name);
  };
  await endGently(signal, untilGone(pid, cluster, clock, givenUp.signal), clock);
  givenUp.abort();
};

/**
 * Makes sure that no PostgreSQL runs on the cluster: one that a killed shop has left behind is stopped.
 * Processes that merely have the id that the pid file names are left alone.
 *
 * @throws ShopAlreadyRunning when the server that runs there serves a live shop.
 */
export const clearTheWay = async (cluster: Cluster, dataDir: string, logger: Logger, clock: Clock): Promise<void> => {
  const found = await readPidFile(cluster);
  if (found && (await isPostmasterOf(found.pid, cluster.data))) {
    const { pid, port } = found;
    if (await servesAShop(cluster, port, clock, 3_000)) throw new ShopAlreadyRunning(dataDir);
    logger.warn({ pid, dataDir }, 'stopping a PostgreSQL that a killed shop left behind');
    await stopOrphan(pid, cluster, clock);
  }
  await defuse(cluster);
};
