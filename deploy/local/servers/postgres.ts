import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, ServerConnection } from '@shop/platform/postgres/connect.ts';
import { type Account, chooseAccount } from '@shop/platform/postgres/server/account.ts';
import { findBinaries } from '@shop/platform/postgres/server/binaries.ts';
import { adoptCluster, type Cluster, openCluster, superuser } from '@shop/platform/postgres/server/cluster.ts';
import { clearTheWay } from '@shop/platform/postgres/server/orphan.ts';
import { asArguments, defaultSettings, type Settings } from '@shop/platform/postgres/server/settings.ts';
import { createLogger } from '@shop/platform/telemetry/logger.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import pg from 'pg';
import { StackFailed } from './errors.ts';
import type { Report, Server, ServerOptions } from './options.ts';
import { choosePort } from './ports.ts';
import { type Launched, launch, untilReady } from './process.ts';

/** Recovery after a crash is part of it. */
const readyMs = 120_000;
const attempts = 20;
const pauseMs = 250;

/** Six services in a few replicas each, with a pool each. */
const stackSettings: Settings = { ...defaultSettings, max_connections: 400 };

export interface PostgresOptions extends ServerOptions {
  /** Settings that differ; by default what is acknowledged survives a power cut. */
  settings?: Settings;
}

export interface Postgres extends Server {
  /** The superuser's, who makes databases and roles. */
  connection: ServerConnection;
}

/** Rejects unless the server answers on one of its databases. */
export const askPostgres = async (connection: Connection): Promise<void> => {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => {});
  }
};

const reporting = (report: Report) =>
  createLogger({ name: 'stack', level: 'warn' }, { write: (line) => report(JSON.parse(line).msg) });

interface Start {
  account: Account;
  cluster: Cluster;
  connection: ServerConnection;
  logFile: string;
  options: PostgresOptions;
}

const start = async ({ account, cluster, connection, logFile, options }: Start): Promise<Launched> => {
  const settings = asArguments({ ...stackSettings, ...options.settings, port: connection.port });
  const command = account.command('postgres', ['-D', cluster.data, ...settings]);
  const env = { LC_ALL: 'C', ...options.env };
  const rest = { name: 'PostgreSQL', cwd: '/', endsOn: 'SIGINT', env, logFile } as const;
  const launched = await launch({ ...options, ...command, ...rest });
  await untilReady(launched, {
    probe: () => askPostgres({ ...connection, database: 'postgres' }),
    withinMs: readyMs,
    clock: options.clock,
  });
  return launched;
};

/** The backends of a killed server hold its shared memory until they notice; the next one doesn't start meanwhile. */
const insist = async (starting: Start): Promise<Launched> => {
  const { clock = systemClock } = starting.options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(starting);
    } catch (error) {
      const dying = error instanceof StackFailed && /shared memory block|lock file/.test(error.message);
      if (!dying || attempt >= attempts) throw error;
      await clock.sleep(pauseMs);
    }
  }
};

/**
 * Starts the PostgreSQL that npm brought along, on 127.0.0.1, and resolves when it answers. The data and the
 * superuser's password are in `postgres` within the folder, as in the embedded form. One that was left behind there is
 * stopped first.
 *
 * @throws StackFailed, or PostgresFailed with PostgreSQL's own words, when it does not start
 */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  const { dir, logFile = join(dir, 'postgres.log'), report = () => {}, clock = systemClock } = options;
  await mkdir(dir, { recursive: true });
  const logger = reporting(report);
  const account = await chooseAccount(dir, await findBinaries(), logger);
  const cluster = await openCluster(account, systemIds);
  await clearTheWay(cluster, dir, logger, clock);
  await adoptCluster(account);
  const before = Number(await readFile(join(dir, 'port'), 'utf8').catch(() => '')) || undefined;
  const port = await choosePort('PostgreSQL', options.port, before);
  await writeFile(join(dir, 'port'), String(port));
  const connection = { host: '127.0.0.1', port, user: superuser, password: cluster.password };
  const launched = await insist({ account, cluster, connection, logFile, options });
  return { ...launched, port, url: `postgres://127.0.0.1:${port}`, connection };
};
