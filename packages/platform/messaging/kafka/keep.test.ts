import { expect, it } from 'vitest';
import { testDatabase } from '../../testing/postgres.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { orderEvent } from '../event-log.conformance.ts';
import { readJournal } from '../postgres-journal.ts';
import { type LogTables, logMigrations } from '../postgres-log-tables.ts';
import { appendTogether } from './keep.ts';

const pg = await testDatabase<LogTables>(logMigrations);

it('When partitions deliver at once, then the journal has all of it by a statement a topic', async () => {
  let statements = 0;
  const append = appendTogether(
    {
      ...pg,
      query(statement) {
        statements += 1;
        return pg.query(statement);
      },
    },
    clock,
  );
  const keys = Array.from({ length: 20 }, () => ids.uuid());
  const batches = keys.map((key, at) => ({
    topic: at < 15 ? ('order' as const) : ('cart' as const),
    messages: [1, 2, 3].map((version) => ({ deliveryId: ids.uuid(), event: orderEvent(key, version) })),
  }));
  await Promise.all(batches.map(append));
  expect(statements).toBe(2);
  for (const [at, key] of keys.entries()) {
    const kept = await readJournal(pg, { key, limit: 10 });
    const newestFirst = batches[at]?.messages.toReversed();
    expect(kept.map(({ position, event }) => ({ deliveryId: position, event }))).toEqual(newestFirst);
  }
});
