import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Tx } from '../postgres/postgres.ts';
import { type TestDatabase, testDatabase } from '../testing/postgres.ts';
import { systemIds as ids } from '../time/system.ts';
import { orderEvent } from './event-log.conformance.ts';
import { postgresInbox, pruneInbox } from './inbox.ts';

describe('The inbox', () => {
  let pg: TestDatabase<unknown>;
  beforeAll(async () => {
    pg = await testDatabase();
    await pg.query({ text: 'create table effects (n serial, key text, version int)' });
  });

  const arrange = () => {
    const key = ids.uuid();
    const inbox = postgresInbox(pg, 'stock');
    const handle = (event: AnyShopEvent, tx: Tx) =>
      tx.query({ text: 'insert into effects (key, version) values ($1, $2)', values: [event.key, event.data.version] });
    const effects = async () => {
      const text = 'select version from effects where key = $1 order by n';
      return (await pg.query<{ version: number }>({ text, values: [key] })).map(({ version }) => version);
    };
    return { key, inbox, handle, effects };
  };

  it('When two deliveries of the same events race, or one holds an id twice, then each takes effect once', async () => {
    const { key, inbox, handle, effects } = arrange();
    const events = Array.from({ length: 20 }, (_, n) => orderEvent(key, n + 1));
    await Promise.all([
      inbox.batch([...events, ...events], handle),
      inbox.batch(events, handle),
      inbox.batch(events.toReversed(), handle),
    ]);
    expect((await effects()).toSorted((a, b) => a - b)).toEqual(events.map(({ data }) => data.version));
  });

  it('When a handler fails, then nothing of its batch has happened and all of it can come again', async () => {
    const { key, inbox, handle, effects } = arrange();
    const events = [1, 2, 3].map((version) => orderEvent(key, version));
    const failing = inbox.batch(events, async (event, tx) => {
      await handle(event, tx);
      if (event.data.version === 3) throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await effects()).toEqual([]);
    await inbox.batch(events, handle);
    expect(await effects()).toEqual([1, 2, 3]);
  });

  it('When another group has applied an event, then this one still does', async () => {
    const { key, inbox, handle, effects } = arrange();
    const event = orderEvent(key, 1);
    await postgresInbox(pg, 'mail').batch([event], async () => {});
    await inbox.batch([event], handle);
    expect(await effects()).toEqual([1]);
  });

  it('When the inbox is pruned, then the oldest rows go, no more than asked, and the young ones stay', async () => {
    const { key, inbox } = arrange();
    await pg.query({ text: 'truncate inbox' });
    const young = orderEvent(key, 9);
    await inbox.batch([young], async () => {});
    await pg.query({
      text: `insert into inbox select 'stock', gen_random_uuid(), timestamptz '2026-01-01' from generate_series(1, 25)`,
    });
    const olderThan = new Date('2026-01-02T00:00:00.000Z');
    expect(await pruneInbox(pg, olderThan, 20)).toBe(20);
    expect(await pruneInbox(pg, olderThan, 20)).toBe(5);
    expect(await pg.query({ text: 'select event_id from inbox' })).toEqual([{ event_id: young.id }]);
  });
});
