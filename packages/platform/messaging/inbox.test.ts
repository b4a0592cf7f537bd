import { describe, expect, it } from 'vitest';
import { testDatabase } from '../testing/postgres.ts';
import { systemIds as ids } from '../time/system.ts';
import { orderEvent } from './event-log.conformance.ts';
import { inboxConformance } from './inbox.conformance.ts';
import { postgresInbox, pruneInbox } from './inbox.ts';

const pg = await testDatabase();
await pg.query({ text: 'create table effects (n serial, key text, version int)' });

inboxConformance('PostgreSQL', async () => ({
  inbox: (group) => postgresInbox(pg, group),
  affect: ({ key, data }, tx) =>
    tx.query({ text: 'insert into effects (key, version) values ($1, $2)', values: [key, data.version] }),
  async effects(key) {
    const text = 'select version from effects where key = $1 order by n';
    return (await pg.query<{ version: number }>({ text, values: [key] })).map(({ version }) => version);
  },
}));

describe('The inbox in PostgreSQL', () => {
  it('When it is pruned, then the oldest rows go, no more than asked, and the young ones stay', async () => {
    await pg.query({ text: 'truncate inbox' });
    const young = orderEvent(ids.uuid(), 9);
    await postgresInbox(pg, 'stock').batch([young], async () => {});
    await pg.query({
      text: `insert into inbox select 'stock', gen_random_uuid(), timestamptz '2026-01-01' from generate_series(1, 25)`,
    });
    const olderThan = new Date('2026-01-02T00:00:00.000Z');
    expect(await pruneInbox(pg, olderThan, 20)).toBe(20);
    expect(await pruneInbox(pg, olderThan, 20)).toBe(5);
    expect(await pg.query({ text: 'select event_id from inbox' })).toEqual([{ event_id: young.id }]);
  });
});
