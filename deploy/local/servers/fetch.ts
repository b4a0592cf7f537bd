import { systemProgram } from './install.ts';
import { fetchKafka } from './kafka.fetch.ts';
import { findJava } from './kafka.ts';
import { fetchMongo } from './mongo.fetch.ts';
import { nginx } from './nginx.ts';
import type { Report } from './options.ts';
import { redis } from './redis.ts';
import { fetchToxiproxy } from './toxiproxy.fetch.ts';

/** What a stack may need beside PostgreSQL, which npm has brought along. */
export type Fetched = 'kafka' | 'mongo' | 'redis' | 'nginx' | 'toxiproxy';

/**
 * Makes sure that the programs of servers are on this machine, before any is started: so that what is missing is told
 * at once, and nobody waits for a server while it is being fetched.
 *
 * @throws StackFailed when one is missing and can't be had
 */
export const fetchServers = async (names: readonly Fetched[], report: Report): Promise<void> => {
  const wants = (name: Fetched): boolean => names.includes(name);
  const fromTheSystem = async (): Promise<void> => {
    // One after the other: the system installs one package at a time.
    if (wants('redis')) await systemProgram(redis, report);
    if (wants('nginx')) await systemProgram(nginx, report);
  };
  if (wants('kafka')) await findJava();
  await Promise.all([
    fromTheSystem(),
    wants('kafka') && fetchKafka(report),
    wants('mongo') && fetchMongo(report),
    wants('toxiproxy') && fetchToxiproxy(report),
  ]);
};
