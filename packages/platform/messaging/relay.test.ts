import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { silentLogger as logger } from '../testing/logger.ts';
import { type TestDatabase, testDatabase } from '../testing/postgres.ts';
import { systemClock as clock, systemIds as ids } from '../time/system.ts';
import type { EventLog } from './event-log.ts';
import { createPostgresEventLog, type PostgresEventLog } from './postgres-log.ts';
import { type LogTables, logMigrations } from './postgres-log-tables.ts';
import { createOutbox, postgresOutboxSource } from './postgres-outbox.ts';
import { startRelay } from './relay.ts';

const confirmed = (key: string, version: number): NewEvent => ({
  type: 'order.confirmed',
  key,
  data: { orderId: key, sagaId: 'saga', userId: 'ada', version },
});

describe('The relay', () => {
  let pg: TestDatabase<LogTables>;
  let log: PostgresEventLog;
  const stops: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    pg = await testDatabase<LogTables>(logMigrations);
    log = createPostgresEventLog({ pg, clock, ids, logger });
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  const arrange = () => {
    const outbox = createOutbox({ pg, service: 'order', clock, ids, leaseMs: 600 });
    const say = (...events: NewEvent[]) => pg.transaction((tx) => outbox.append(tx, events));
    const relay = (through: Pick<EventLog, 'publish'> = log, source = outbox.source) => {
      const { stop } = startRelay({ source, log: through, onNudge: outbox.onNudge, clock, logger });
      stops.push(stop);
      return stop;
    };
    const published = async (key: string) => {
      const entries = await log.journal({ key, limit: 1_000 });
      return entries.map(({ event }) => event.data.version).reverse();
    };
    return { outbox, say, relay, published };
  };
  const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

  it('When events are committed, then they are in the log at once, in order, and no longer in the outbox', async () => {
    const { outbox, say, relay, published } = arrange();
    relay();
    const began = clock.now().getTime();
    for (let n = 0; n < 20; n += 1) {
      const key = ids.uuid();
      await say(confirmed(key, 1), confirmed(key, 2));
      await eventually(async () => (await published(key)).length === 2);
      expect(await published(key)).toEqual([1, 2]);
    }
    // Polling alone would take a second for each.
    expect(clock.now().getTime() - began).toBeLessThan(8_000);
    await eventually(async () => (await outbox.source.depth()) === 0);
  });

  it('When nobody nudges, then polling finds the event', async () => {
    const { relay, published } = arrange();
    relay();
    const key = ids.uuid();
    await clock.sleep(300);
    await pg.query({
      text: `select emit($1, 'order.shipped', $2, '{"version": 1}', $3)`,
      values: [ids.uuid(), key, clock.now()],
    });
    await eventually(async () => (await published(key)).length === 1, 3_000);
  });

  it('When an answer of the log is lost, then the batch is sent again and stored once', async () => {
    const { say, relay, published } = arrange();
    const key = ids.uuid();
    let publishes = 0;
    relay({
      async publish(topic, events) {
        publishes += 1;
        await log.publish(topic, events);
        if (publishes <= 2) throw new Error('the answer was lost');
      },
    });
    await say(confirmed(key, 1), confirmed(key, 2), confirmed(key, 3));
    await eventually(async () => publishes >= 3);
    expect(await published(key)).toEqual([1, 2, 3]);
  });

  it('When one topic fails, then the events of others are sent and those of the failed one wait', async () => {
    const { outbox, say, relay, published } = arrange();
    let broken = true;
    relay({
      async publish(topic, events) {
        if (broken && topic === 'order') throw new Error('no leader');
        await log.publish(topic, events);
      },
    });
    const [order, voucher] = [ids.uuid(), ids.uuid()];
    const made: NewEvent = {
      type: 'discount.created',
      key: voucher,
      data: { code: voucher, type: 'percentage', active: true, version: 1 },
    };
    await say(confirmed(order, 1), made);
    await eventually(async () => (await published(voucher)).length === 1);
    expect(await published(order)).toEqual([]);
    expect(await outbox.source.depth()).toBe(1);
    broken = false;
    await eventually(async () => (await published(order)).length === 1);
  });

  it('When several relays run and come and go, then each key is in order and nothing is lost or doubled', async () => {
    const { outbox, say, relay, published } = arrange();
    const source = () => postgresOutboxSource({ pg, service: 'order', ids, leaseMs: 600 });
    // This one publishes so late that its leases are long over: a zombie.
    relay(
      {
        async publish(topic, events) {
          await clock.sleep(900);
          await log.publish(topic, events);
        },
      },
      source(),
    );
    const stopFirst = relay(log, source());
    relay(log, source());
    const keys = upTo(12).map(() => ids.uuid());
    for (const version of upTo(15)) {
      await Promise.all(keys.map((key) => say(confirmed(key, version))));
      if (version === 7) await stopFirst();
    }
    await eventually(async () => (await outbox.source.depth()) === 0, 15_000);
    for (const key of keys) expect(await inLogOrder(key)).toEqual(upTo(15));
    expect(await published(keys[0] as string)).toHaveLength(15);
  });

  const inLogOrder = async (key: string) => {
    const rows = await pg.query<{ event: AnyShopEvent }>({
      text: 'select event from log_messages where key = $1 order by position',
      values: [key],
    });
    return rows.map(({ event }) => event.data.version);
  };

  it('When a relay stops, then the batch in flight is finished first and its shards are free', async () => {
    const { say, relay, published } = arrange();
    const key = ids.uuid();
    const begun = Promise.withResolvers<void>();
    const stop = relay({
      async publish(topic, events) {
        begun.resolve();
        await clock.sleep(100);
        await log.publish(topic, events);
      },
    });
    await say(confirmed(key, 1));
    await begun.promise;
    await stop();
    expect(await published(key)).toEqual([1]);
    const leases = await pg.query({ text: 'select 1 from outbox_leases where owner is not null' });
    expect(leases).toEqual([]);
  });
});
