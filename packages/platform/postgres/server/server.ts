import { resolve } from 'node:path';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Ids } from '../../time/ids.ts';
import { systemIds } from '../../time/system.ts';
import type { ServerConnection } from '../connect.ts';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { claimFolder } from './claim.ts';
import { adoptCluster, openCluster } from './cluster.ts';
import { onFolder } from './errors.ts';
import { makeFolder } from './folder.ts';
import { clearTheWay } from './orphan.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { supervise } from './supervisor.ts';

export interface PostgresServerOptions {
  /** The shop's data folder; made when absent. PostgreSQL's files are in `postgres` within. */
  dataDir: string;
  logger: Logger;
  clock: Clock;
  ids?: Ids;
  /** Settings that differ from `defaultSettings`. */
  settings?: Settings;
}

/** A PostgreSQL of our own, watched and restarted until it is stopped. */
export interface PostgresServer {
  /** Stays the same across restarts. */
  connection: ServerConnection;
  /** The process id of today's postmaster. */
  readonly pid: number;
  /** Calls `listener` each time that PostgreSQL serves again after it had died. */
  onRestart(listener: () => void): void;
  /** Shuts PostgreSQL down in order, within 6 s, then less gently; the folder is free afterwards. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that npm brought along, on 127.0.0.1 and a free port, and resolves when it serves. A server
 * that a killed shop left behind is stopped first; the data are made when there are none.
 *
 * @throws ShopAlreadyRunning when a live shop uses the folder
 * @throws DataFolderUnwritable when the folder can't be made or written
 * @throws PostgresFailed when PostgreSQL doesn't start, with its own words
 */
export const startPostgresServer = async (options: PostgresServerOptions): Promise<PostgresServer> => {
  const { logger, clock, ids = systemIds, settings } = options;
  const dataDir = resolve(options.dataDir);
  const binaries = await findBinaries();
  const claim = await onFolder(dataDir, async () => {
    await makeFolder(dataDir);
    return claimFolder(dataDir);
  });
  try {
    const account = await onFolder(dataDir, () => chooseAccount(dataDir, binaries, logger));
    const cluster = await onFolder(dataDir, () => openCluster(account, ids));
    await clearTheWay(cluster, dataDir, logger, clock);
    await onFolder(dataDir, () => adoptCluster(account));
    const { stop, ...server } = await supervise({
      account,
      cluster,
      dataDir,
      settings: { ...defaultSettings, ...settings },
      logger,
      clock,
    });
    return {
      connection: server.connection,
      get pid() {
        return server.pid();
      },
      onRestart: server.onRestart,
      async stop() {
        await stop();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
};
