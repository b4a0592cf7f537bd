import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { ServerConnection } from '../postgres/connect.ts';
import { startPostgresServer } from '../postgres/server/server.ts';
import { systemClock } from '../time/system.ts';
import { silentLogger } from './logger.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of this run. */
    postgres: ServerConnection;
  }
}

/** Starts one real PostgreSQL for a run of the tests, in a folder that goes with it. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'shop-tests-'));
  const server = await startPostgresServer({
    dataDir,
    logger: silentLogger,
    clock: systemClock,
    // What survives a power cut doesn't matter here.
    settings: { fsync: 'off', full_page_writes: 'off' },
  });
  project.provide('postgres', server.connection);
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
};
