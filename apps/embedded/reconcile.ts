import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectPostgres, type ServerConnection } from '@shop/platform/postgres/connect.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { createLogger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { foreignEvents, holdsWithoutOrders, lockedCarts, ordersAndTheirHolds, waitingEvents } from './cross-checks.ts';
import { type DatabaseName, type Databases, databaseNames } from './databases.ts';
import { createServices } from './services.ts';

/** A statement may take long where there are many rows; nobody waits for it. */
const STATEMENT_MS = 300_000;

/** The PostgreSQL of a running shop: its port is in postmaster.pid, its password beside the data. */
export const connectionOf = async (dataDir: string): Promise<ServerConnection> => {
  const [pidFile, password] = await Promise.all([
    readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'),
    readFile(join(dataDir, 'postgres/password'), 'utf8'),
  ]);
  return { host: '127.0.0.1', port: Number(pidFile.split('\n')[3]), user: 'shop', password };
};

const withDatabases = async <T>(dataDir: string, work: (databases: Databases) => Promise<T>): Promise<T> => {
  const connection = await connectionOf(dataDir);
  const pools = new Map<DatabaseName, Postgres<never>>(
    databaseNames.map((name) => [
      name,
      connectPostgres<never>({
        ...connection,
        database: name,
        name: 'reconcile',
        max: 1,
        statementTimeoutMs: STATEMENT_MS,
      }),
    ]),
  );
  const close = async () => {
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  };
  try {
    return await work({ of: <Tables>(name: DatabaseName) => pools.get(name) as unknown as Postgres<Tables>, close });
  } finally {
    await close();
  }
};

/**
 * Every breach of the invariants I1, I2 and I4 to I7 in the databases of the shop that runs on a data folder; what is
 * under way counts as one too. Empty is well.
 */
export const reconcile = (dataDir: string): Promise<string[]> =>
  withDatabases(dataDir, async (databases) => {
    const services = createServices({
      databases,
      currency: 'USD',
      issuer: 'reconcile',
      clock: systemClock,
      ids: systemIds,
      logger: createLogger({ name: 'reconcile', level: 'silent' }),
    });
    const looks = [
      services.inventory.audit,
      services.discount.audit,
      services.orderStore.audit,
      () => lockedCarts(databases),
      () => waitingEvents(databases),
      () => ordersAndTheirHolds(databases),
      () => holdsWithoutOrders(databases),
      () => foreignEvents(databases),
    ];
    const breaches: string[] = [];
    for (const look of looks) breaches.push(...(await look()));
    return breaches;
  });

/** A checkout that is under way has ended after this, or is in trouble. */
const LOOK_FOR_MS = 15_000;
const LOOK_AGAIN_MS = 1_000;

/** The same breach, though the numbers in it go on changing. */
const kindOf = (breach: string): string => breach.replace(/\b\d+\b/g, '#');

/**
 * What differs in a shop that goes on selling: looks again for 15 s while anything differs, and answers what every look
 * has found, as the last one saw it. What is under way ends meanwhile; what is wrong stays. `onFirst` is called where
 * that takes its time.
 */
export const lastingBreaches = async (
  look: () => Promise<string[]>,
  clock: Clock,
  { lookForMs = LOOK_FOR_MS, onFirst }: { lookForMs?: number; onFirst?: () => void } = {},
): Promise<string[]> => {
  let breaches = await look();
  if (breaches.length > 0) onFirst?.();
  for (let waited = 0; breaches.length > 0 && waited < lookForMs; waited += LOOK_AGAIN_MS) {
    await clock.sleep(LOOK_AGAIN_MS);
    const before = new Set(breaches.map(kindOf));
    breaches = (await look()).filter((breach) => before.has(kindOf(breach)));
  }
  return breaches;
};
