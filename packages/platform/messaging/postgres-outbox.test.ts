import type { NewEvent } from '@shop/contracts/events.ts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requestContext } from '../telemetry/context.ts';
import { type TestDatabase, testDatabase } from '../testing/postgres.ts';
import { manualClock } from '../testing/time.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { outboxConformance } from './outbox.conformance.ts';
import { createOutbox, postgresOutboxSource } from './postgres-outbox.ts';

const confirmed = (key: string, version = 1): NewEvent => ({
  type: 'order.confirmed',
  key,
  data: { orderId: key, sagaId: 'saga', userId: 'ada', version },
});

const reset = async (pg: TestDatabase<unknown>) => {
  await pg.query({ text: 'truncate outbox' });
  await pg.query({ text: 'update outbox_leases set owner = null, until = null' });
};

outboxConformance('postgres', async () => {
  const pg = await testDatabase();
  const leaseMs = 500;
  const outbox = createOutbox({ pg, service: 'order', clock: systemClock, ids: systemIds, leaseMs });
  return {
    reset: () => reset(pg),
    commit: (events) => pg.transaction((tx) => outbox.append(tx, events)),
    async begin(events) {
      const written = Promise.withResolvers<void>();
      const go = Promise.withResolvers<void>();
      const over = pg.transaction(async (tx) => {
        await outbox.append(tx, events);
        written.resolve();
        await go.promise;
      });
      await written.promise;
      return {
        commit() {
          go.resolve();
          return over;
        },
      };
    },
    source: () => postgresOutboxSource({ pg, service: 'order', ids: systemIds, leaseMs }),
    leaseMs,
  };
});

describe('The outbox of a PostgreSQL service', () => {
  let pg: TestDatabase<unknown>;
  beforeAll(async () => {
    pg = await testDatabase();
  });
  beforeEach(() => reset(pg));
  const clock = manualClock('2026-02-03T04:05:06.789Z');
  const arrange = () => {
    const outbox = createOutbox({ pg, service: 'order', clock, ids: systemIds });
    let nudges = 0;
    outbox.onNudge(() => {
      nudges += 1;
    });
    return { outbox, nudges: () => nudges };
  };

  it('When a transaction commits, then the relay is woken after it, and when it is rolled back never', async () => {
    const { outbox, nudges } = arrange();
    const failing = pg.transaction(async (tx) => {
      await outbox.append(tx, [confirmed('a')]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(nudges()).toBe(0);
    expect(await outbox.source.pending(10)).toEqual([]);
    await pg.transaction(async (tx) => {
      await outbox.append(tx, [confirmed('a')]);
      expect(nudges()).toBe(0);
    });
    expect(nudges()).toBe(1);
    expect(await outbox.source.pending(10)).toHaveLength(1);
  });

  it('When nothing is said, then nothing is written and nobody is woken', async () => {
    const { outbox, nudges } = arrange();
    await pg.transaction((tx) => outbox.append(tx, []));
    expect(nudges()).toBe(0);
    expect(await outbox.source.depth()).toBe(0);
  });

  it('When an event is written within a request, then it carries its time, source and trace', async () => {
    const { outbox } = arrange();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await requestContext.run({ requestId: 'r', traceparent }, () =>
      pg.transaction((tx) => outbox.append(tx, [confirmed('ключ "\\{},\n\'')])),
    );
    const [event] = await outbox.source.pending(10);
    expect(event).toEqual({
      ...confirmed('ключ "\\{},\n\''),
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      source: '/services/order',
      time: '2026-02-03T04:05:06.789Z',
      traceparent,
    });
  });

  it('When SQL emits an event, then the relay gets it too', async () => {
    const { outbox } = arrange();
    const id = systemIds.uuid();
    await pg.query({
      text: `select emit($1, 'order.shipped', 'a', '{"version": 2}', $2)`,
      values: [id, clock.now()],
    });
    expect(await outbox.source.pending(10)).toEqual([
      {
        id,
        type: 'order.shipped',
        source: '/services/order',
        key: 'a',
        time: '2026-02-03T04:05:06.789Z',
        data: { version: 2 },
      },
    ]);
  });

  it('When an event has no topic, then the statement that says it fails, so no relay ever meets it', async () => {
    const emit = pg.query({
      text: `select emit($1, 'parcel.lost', 'a', '{}', $2)`,
      values: [systemIds.uuid(), clock.now()],
    });
    await expect(emit).rejects.toMatchObject({ code: '23514' });
  });

  it('When events have many keys, then the shards share them and each key is in one', async () => {
    const { outbox } = arrange();
    await pg.transaction((tx) =>
      outbox.append(
        tx,
        Array.from({ length: 200 }, (_, n) => confirmed(`order ${n % 100}`)),
      ),
    );
    const rows = await pg.query<{ key: string; shard: number }>({ text: 'select distinct key, shard from outbox' });
    expect(rows).toHaveLength(100);
    expect(new Set(rows.map(({ shard }) => shard)).size).toBe(8);
  });
});
