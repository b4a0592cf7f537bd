import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { silentLogger as logger, recordingLogger } from '../../testing/logger.ts';
import { type TestDatabase, testDatabase } from '../../testing/postgres.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { startConsumer } from '../consumer.ts';
import { orderEvent } from '../event-log.conformance.ts';
import type { DeadLetter } from '../event-log.ts';
import { postgresInbox } from '../inbox.ts';
import { type LogTables, logMigrations } from '../postgres-log-tables.ts';
import { createClients } from './clients.ts';
import { encodeEvent } from './cloud-event.ts';
import { createKafkaJournal, type KafkaJournal } from './journal.ts';
import type { KafkaEventLog } from './kafka-log.ts';
import { testLogs, testPrefix } from './testing.ts';

describe('The journal of a log in Kafka', () => {
  const openOne = testLogs();
  // Names of its own for each: a journal reads everything.
  const open = () => openOne({ prefix: testPrefix() });
  let pg: TestDatabase<LogTables>;
  beforeAll(async () => {
    pg = await testDatabase<LogTables>(logMigrations);
  });
  const journals: KafkaJournal[] = [];
  afterEach(async () => {
    await Promise.all(journals.splice(0).map((journal) => journal.close()));
  });
  const start = (log: KafkaEventLog, more: { logger?: typeof logger } = {}) => {
    const journal = createKafkaJournal({ log, pg, clock, ids, logger, ...more });
    journals.push(journal);
    return journal;
  };
  const arrange = async () => {
    const log = await open();
    return { log, key: ids.uuid(), group: ids.uuid(), journal: start(log) };
  };
  const letterOf = (event: unknown, group: string): DeadLetter => {
    return { id: ids.uuid(), topic: 'order', group, error: 'x', at: clock.now().toISOString(), event };
  };
  /** Lets the journal read everything once more, as after a crash before its offsets were committed. */
  const rereadAll = async (log: KafkaEventLog, journal: KafkaJournal) => {
    await journal.close();
    const admin = log.clients.admin();
    const groupId = log.names.group('journal');
    const partitionOffsets = Array.from({ length: 6 }, (_, partition) => ({ partition, offset: 0n }));
    const topics = log.names.all().map((name) => ({ name, partitionOffsets }));
    await admin.alterConsumerGroupOffsets({ groupId, topics });
    await admin.close();
    const again = start(log);
    await eventually(async () => (await again.lag()).filter(({ group }) => group === 'journal').length === 5);
    await eventually(async () => (await again.lag()).every(({ group, behind }) => group !== 'journal' || behind === 0));
    return again;
  };

  it('When events are published, then the journal shows them, each once, also when they are read again', async () => {
    const { log, key, journal } = await arrange();
    const events = [1, 2, 3].map((version) => orderEvent(key, version));
    await log.publish('order', events);
    await log.publish('order', events.slice(0, 2));
    const completed = { ...orderEvent(key, 4), type: 'cart.completed', source: '/services/cart' } as AnyShopEvent;
    await log.publish('cart', [completed]);
    const all = async (by = journal) => (await by.journal({ key, limit: 10 })).map(({ event }) => event);
    await eventually(async () => (await all()).length === 4);
    const shown = [completed, ...events.reverse()];
    expect(await all()).toEqual(shown);
    expect(await all(await rereadAll(log, journal))).toEqual(shown);
  });

  it('When topics hold what is no event or no letter, then the journal leaves that out and goes on', async () => {
    const { log, key, group, journal } = await arrange();
    const told = recordingLogger();
    start(log, { logger: told.logger });
    const producer = log.clients.producer();
    const [topic, dlq] = [log.names.events('order'), log.names.deadLetters('order')];
    const { headers } = encodeEvent(orderEvent(key, 1));
    const nul = { ...orderEvent(key, 2), data: { ...orderEvent(key, 2).data, userId: '\u0000' } };
    await producer.send({
      messages: [
        { topic, key, value: 'foreign' },
        { topic, key, value: 'no JSON', headers },
        { topic, key, value: '{}', headers: { ...headers, ce_id: 'no-uuid' } },
        { topic, ...encodeEvent(nul as AnyShopEvent) },
        { topic: dlq, key, value: 'foreign' },
        { topic: dlq, key, value: JSON.stringify({ ...letterOf({}, group), id: 'no-uuid' }) },
        { topic: dlq, key, value: JSON.stringify({ ...letterOf({}, group), error: '\u0000' }) },
      ],
    });
    await producer.close();
    const [last, letter] = [orderEvent(key, 3), letterOf({ odd: '\ud800' }, group)];
    await log.publish('order', [last]);
    await log.bury(letter);
    await eventually(async () => (await journal.journal({ key, limit: 10 })).length === 1);
    expect((await journal.journal({ key, limit: 10 }))[0]?.event).toEqual(last);
    await eventually(async () => (await journal.deadLetters.show(letter.id)) !== undefined);
    expect(await journal.deadLetters.list({ limit: 1 })).toEqual([{ ...letter, burials: 1 }]);
    expect(journal.failingMs()).toBe(0);
  });

  it('When a letter is buried again, then it is open again; when its burials are read again, then it is not', async () => {
    const { log, key, group, journal } = await arrange();
    const letter = letterOf(orderEvent(key, 1), group);
    const burialsOf = async (by: KafkaJournal) => (await by.deadLetters.show(letter.id))?.burials ?? 0;
    await log.bury(letter);
    await eventually(async () => (await burialsOf(journal)) === 1);
    expect(await journal.deadLetters.replay(letter.id)).toEqual({ ok: true });
    expect((await journal.deadLetters.show(letter.id))?.replayedAt).toBeDefined();
    await log.bury({ ...letter, error: 'again' });
    await eventually(async () => (await burialsOf(journal)) === 2);
    const open = { ...letter, error: 'again', burials: 2 };
    expect(await journal.deadLetters.show(letter.id)).toEqual(open);
    await journal.deadLetters.replay(letter.id);
    const replayed = await journal.deadLetters.show(letter.id);
    const again = await rereadAll(log, journal);
    expect(await again.deadLetters.show(letter.id)).toEqual(replayed);
  });

  it('When a letter is replayed by many at once, then its group alone gets it, once, and the journal shows it', async () => {
    const { log, key, group, journal } = await arrange();
    const event = { ...orderEvent(key, 1), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const letter = letterOf(event, group);
    await log.publish('order', [event]);
    await log.bury(letter);
    await eventually(async () => (await journal.deadLetters.show(letter.id)) !== undefined);
    const replies = await Promise.all(Array.from({ length: 8 }, () => journal.deadLetters.replay(letter.id)));
    expect(replies).toEqual(Array(8).fill({ ok: true }));
    await eventually(async () => (await journal.journal({ key, limit: 10 })).length === 2);
    await journal.deadLetters.replay(letter.id);
    await clock.sleep(700);
    const entries = await journal.journal({ key, limit: 10 });
    expect(entries.map((entry) => entry.event)).toEqual([{ ...event, replayFor: group }, event]);
  });

  it('When a letter holds no event, or none any more, then it is not replayed', async () => {
    const { log, key, group, journal } = await arrange();
    const old = { ...orderEvent(key, 1), time: '2020-01-01T00:00:00.000Z' };
    const letters = [
      letterOf('text', group),
      letterOf({ topic: 'order', data: 'foreign' }, group),
      letterOf(old, group),
    ];
    for (const letter of letters) await log.bury(letter);
    for (const { id } of letters) {
      await eventually(async () => (await journal.deadLetters.show(id)) !== undefined);
      expect(isRefusal(await journal.deadLetters.replay(id))).toBe(true);
      expect((await journal.deadLetters.show(id))?.replayedAt).toBeUndefined();
    }
    expect(await journal.journal({ key, limit: 10 })).toEqual([]);
  });

  describe('with a consumer that fails', () => {
    /** A consumer that can't apply events while `broken`, and counts their effects. */
    const consume = async (log: KafkaEventLog, key: string, group: string) => {
      const state = { broken: true, effects: 0 };
      const handlers = {
        async 'order.confirmed'(event: AnyShopEvent) {
          if (event.key !== key) return;
          if (state.broken) throw new Error('no such thing');
          state.effects += 1;
        },
      };
      const apply = postgresInbox(pg, group, clock);
      await startConsumer({ log, group, topics: ['order'], handlers, apply, clock, ids, logger });
      return state;
    };
    const onlyLetter = async (journal: KafkaJournal, group: string) =>
      (await journal.deadLetters.list({ limit: 50 })).find((letter) => letter.group === group);

    it('When a replay was sent and the note of it was lost, then the next one changes nothing more', async () => {
      const { log, key, group, journal } = await arrange();
      const state = await consume(log, key, group);
      await log.publish('order', [orderEvent(key, 1)]);
      await eventually(async () => (await onlyLetter(journal, group)) !== undefined, 12_000);
      state.broken = false;
      const { id = '' } = (await onlyLetter(journal, group)) ?? {};
      await journal.deadLetters.replay(id);
      await eventually(() => state.effects === 1);
      await pg.query({ text: 'update dead_letters set replayed_at = null where id = $1', values: [id] });
      await journal.deadLetters.replay(id);
      await eventually(async () => (await journal.journal({ key, limit: 10 })).length === 3);
      await eventually(async () => (await journal.lag()).every(({ behind }) => behind === 0));
      expect(state.effects).toBe(1);
    });

    it('When a replay fails before it is noted that it was sent, then the letter stays open', async () => {
      const log = await open();
      const [key, group] = [ids.uuid(), ids.uuid()];
      const letter = letterOf(orderEvent(key, 1), group);
      const journal = start(log);
      const publisher: KafkaEventLog['publisher'] = {
        ...log.publisher,
        async send(topic, records) {
          await log.publisher.send(topic, records);
          await log.bury({ ...letter, error: 'again' });
          await eventually(async () => (await journal.deadLetters.show(letter.id))?.burials === 2);
        },
      };
      await log.bury(letter);
      await eventually(async () => (await journal.deadLetters.show(letter.id)) !== undefined);
      await start({ ...log, publisher }).deadLetters.replay(letter.id);
      expect(await journal.deadLetters.show(letter.id)).toEqual({ ...letter, error: 'again', burials: 2 });
    });
  });

  it('When groups are behind, then the lag says how far, also of one that has never got through', async () => {
    const { log, key, journal } = await arrange();
    // Another shop on the same cluster.
    const foreign = await open();
    await foreign.subscribe({ group: 'foreign', topics: ['order'], async deliver() {} });
    await log.subscribe({
      group: 'stuck',
      topics: ['order'],
      async deliver() {
        throw new Error('the store is gone');
      },
    });
    await log.subscribe({ group: 'well', topics: ['order', 'cart'], async deliver() {} });
    await log.publish(
      'order',
      [1, 2, 3].map((version) => orderEvent(key, version)),
    );
    const lagOf = async (name: string) => (await journal.lag()).filter(({ group }) => group === name);
    await eventually(async () => (await lagOf('well')).length === 2);
    await eventually(async () => (await lagOf('well')).every(({ behind }) => behind === 0));
    await eventually(async () => (await lagOf('stuck'))[0]?.behind === 3, 3_000);
    expect([...new Set((await journal.lag()).map(({ group }) => group))].sort()).toEqual(['journal', 'stuck', 'well']);
  });

  it('When Kafka is gone, then the lag is refused in time', async () => {
    const log = await open();
    const clients = createClients({ brokers: ['127.0.0.1:1'], clientId: 'test' });
    const journal = start({ ...log, clients });
    const began = clock.now().getTime();
    await expect(journal.lag()).rejects.toThrow('Kafka does not tell how far groups are');
    expect(clock.now().getTime() - began).toBeLessThan(3_000);
  });

  it('When what is old is pruned, then the rest stays', async () => {
    const { log, key, journal } = await arrange();
    await log.publish('order', [orderEvent(key, 1)]);
    await eventually(async () => (await journal.journal({ key, limit: 10 })).length === 1);
    expect(await journal.prune()).toBe(0);
    expect(await journal.prune(new Date(clock.now().getTime() + 1_000))).toBeGreaterThan(0);
    expect(await journal.journal({ key, limit: 10 })).toEqual([]);
  });
});
