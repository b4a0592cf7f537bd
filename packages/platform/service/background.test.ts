import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startConsumer } from '../messaging/consumer.ts';
import { oneByOne } from '../messaging/inbox.ts';
import { createPostgresEventLog } from '../messaging/postgres-log.ts';
import { type LogTables, logMigrations } from '../messaging/postgres-log-tables.ts';
import { createOutbox } from '../messaging/postgres-outbox.ts';
import { startRelay } from '../messaging/relay.ts';
import { silentLogger as logger } from '../testing/logger.ts';
import { testDatabase } from '../testing/postgres.ts';
import { manualClock } from '../testing/time.ts';
import { systemIds as ids } from '../time/system.ts';
import { failingFor, type Part } from './background.ts';

const pg = await testDatabase<LogTables>(logMigrations);

/** A relay and a consumer whose ways lead nowhere while `broken`. */
const setUp = async () => {
  const clock = manualClock(new Date().toISOString());
  const state = { broken: true };
  const reach = async () => {
    if (state.broken) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
  };
  const log = createPostgresEventLog({ pg, clock, ids, logger });
  const outbox = createOutbox({ pg, service: 'order', clock, ids });
  const { source, onNudge } = outbox;
  const data = { orderId: '1', sagaId: '1', userId: '1', version: 1 };
  await pg.transaction((tx) => outbox.append(tx, [{ type: 'order.confirmed', key: '1', data }]));
  const [event] = await source.pending(1);
  if (event) await log.publish('order', [event]);
  const relay = startRelay({ source, log: { publish: reach }, onNudge, clock, logger });
  const consumer = await startConsumer({
    log,
    group: 'cart',
    topics: ['order'],
    handlers: { 'order.confirmed': reach },
    apply: oneByOne,
    clock,
    ids,
    logger,
  });
  afterAll(async () => {
    await Promise.all([relay.stop(), consumer.close()]);
  });
  const parts: Part[] = [
    { name: 'relay of order', failingMs: relay.failingMs },
    { name: 'consumer cart', failingMs: consumer.failingMs },
  ];
  /** A quarter of a second after the other; what is tried in each has time to fail. */
  const pass = async (seconds: number) => {
    for (let quarters = 0; quarters < seconds * 4; quarters += 1) {
      clock.advance(250);
      await wait(15);
    }
  };
  return { parts, state, pass };
};

describe('the parts beside requests', () => {
  it('When a relay or consumer fails for more than ten seconds, then it is named, until it works again', async () => {
    const { parts, state, pass } = await setUp();
    await pass(9);
    expect(failingFor(parts, 10_000)).toEqual([]);
    await pass(3);
    expect(failingFor(parts, 10_000)).toEqual(['relay of order', 'consumer cart']);
    state.broken = false;
    await pass(3);
    expect(parts.map(({ failingMs }) => failingMs())).toEqual([0, 0]);
    expect(failingFor(parts, 10_000)).toEqual([]);
  });
});
