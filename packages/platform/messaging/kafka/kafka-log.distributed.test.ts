import { connect, createServer, type Server } from 'node:net';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { silentLogger as logger, recordingLogger } from '../../testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { startConsumer } from '../consumer.ts';
import { eventLogConformance, orderEvent } from '../event-log.conformance.ts';
import type { SubscribeOptions } from '../event-log.ts';
import { oneByOne } from '../inbox.ts';
import { encodeEvent } from './cloud-event.ts';
import { KafkaUnavailable } from './errors.ts';
import { createKafkaEventLog, type KafkaEventLog } from './kafka-log.ts';
import { readAll, testLogs, testPrefix } from './testing.ts';

const prefix = testPrefix();
eventLogConformance('kafka', () =>
  createKafkaEventLog({ brokers: [inject('kafka')], prefix, replication: 1, clock, ids, logger }),
);

describe('The event log in Kafka', () => {
  const open = testLogs();
  const arrange = async () => ({ log: await open(), key: ids.uuid(), group: ids.uuid() });
  /** Reads as a group and collects what comes of one key. */
  const collect = async (log: KafkaEventLog, group: string, key: string, wants?: SubscribeOptions['wants']) => {
    const received: AnyShopEvent[] = [];
    const subscription = await log.subscribe({
      group,
      topics: ['order'],
      async deliver(events) {
        received.push(...events.filter((event) => event.key === key));
      },
      wants,
    });
    return { received, subscription, versions: () => received.map(({ data }) => data.version) };
  };

  // @platformatic/kafka 1.35 acknowledged eight such requests and stored one of them.
  it('When eight send at once with one idempotent producer, then all that was acknowledged is stored', async () => {
    const { log, key } = await arrange();
    const producer = log.clients.producer();
    const topic = log.names.events('order');
    const requests = Array.from({ length: 8 }, (_, n) => ({ topic, ...encodeEvent(orderEvent(key, n + 1)) }));
    await Promise.all(requests.map((message) => producer.send({ messages: [message] })));
    await producer.close();
    await Promise.all(Array.from({ length: 8 }, (_, n) => log.publish('order', [orderEvent(key, n + 9)])));
    const { versions } = await collect(log, ids.uuid(), key);
    await eventually(() => versions().length >= 16);
    expect(versions().sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
  });

  it('When a group does not want a type, then its events are passed by', async () => {
    const { log, key, group } = await arrange();
    const { received, subscription } = await collect(log, group, key, (type) => type === 'order.shipped');
    await log.publish('order', [orderEvent(key, 1), { ...orderEvent(key, 2), type: 'order.shipped' } as AnyShopEvent]);
    await eventually(() => received.length > 0);
    expect(received).toMatchObject([{ type: 'order.shipped', data: { version: 2 } }]);
    await subscription.close();
  });

  it('When an event fails again and again, then other partitions go on, and none of its own overtakes it', async () => {
    const { log, group } = await arrange();
    const keys = Array.from({ length: 24 }, () => ids.uuid());
    const applied: AnyShopEvent[] = [];
    let broken = true;
    const [stuck] = keys;
    const subscription = await log.subscribe({
      group,
      topics: ['order'],
      async deliver(events) {
        if (broken && events.some(({ key }) => key === stuck)) throw new Error('the store is gone');
        applied.push(...events.filter(({ key }) => keys.includes(key)));
      },
    });
    for (const version of [1, 2, 3]) {
      await log.publish(
        'order',
        keys.map((key) => orderEvent(key, version)),
      );
    }
    // A sixth of the keys share a partition with the one that fails.
    await eventually(() => applied.length > 24);
    await eventually(() => subscription.failingMs() > 500);
    const before = applied.length;
    expect(applied.some(({ key }) => key === stuck)).toBe(false);
    broken = false;
    await eventually(() => applied.length === 72);
    expect(applied.slice(before).filter(({ key }) => key === stuck)).toHaveLength(3);
    await eventually(() => subscription.failingMs() === 0);
  });

  it('When a topic holds what is no event, then the consumer buries it, and goes on', async () => {
    const { log, key, group } = await arrange();
    const headers = encodeEvent(orderEvent(key, 2)).headers;
    const producer = log.clients.producer();
    const topic = log.names.events('order');
    await log.publish('order', [orderEvent(key, 1)]);
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      await producer.send({ compression, messages: [{ topic, key, value: 'not JSON', headers: { by: compression } }] });
    }
    await producer.send({
      messages: [
        { topic, key, value: '', headers },
        { topic, key, value: '[]', headers: { ...headers, ce_type: 'parcel.lost' } },
        { topic, key, value: '{"version": 3', headers: { ce_id: 'x', ce_type: 'order.confirmed' } },
      ],
    });
    await producer.close();
    await log.publish('order', [orderEvent(key, 4)]);

    const applied: number[] = [];
    const handlers = {
      async 'order.confirmed'(event: AnyShopEvent) {
        if (event.key === key) applied.push(event.data.version);
      },
    };
    await startConsumer({ log, group, topics: ['order'], handlers, apply: oneByOne, clock, ids, logger });
    const buried = async () => {
      const records = await readAll(log, log.names.deadLetters('order'));
      const letters = records.map(({ value }) => JSON.parse(String(value))).filter((letter) => letter.group === group);
      return letters.map(({ event }) => event.headers?.by ?? event.id).sort();
    };
    await eventually(async () => (await buried()).length === 6);
    expect(await buried()).toEqual(['gzip', 'lz4', 'snappy', 'zstd', headers.ce_id, 'x'].sort());
    expect(applied).toEqual([1, 4]);
  });

  it('When an event is as large as an import can make it, then it passes, and those beside it do', async () => {
    const { log, key, group } = await arrange();
    const large = { ...orderEvent(key, 2), data: { ...orderEvent(key, 2).data, extra: 'x'.repeat(6_000_000) } };
    await log.publish('order', [orderEvent(key, 1), large as AnyShopEvent, orderEvent(key, 3)]);
    const { versions } = await collect(log, group, key);
    await eventually(() => versions().length === 3);
    expect(versions()).toEqual([1, 2, 3]);
  });

  it('When the offset to go on from was deleted, then reading goes on with the first that is there', async () => {
    const { log, key, group } = await arrange();
    const first = await collect(log, group, key);
    await log.publish('order', [orderEvent(key, 1)]);
    await eventually(() => first.versions().length === 1);
    await first.subscription.close();
    await log.publish('order', [orderEvent(key, 2), orderEvent(key, 3)]);
    const name = log.names.events('order');
    const records = (await readAll(log, name)).filter((record) => String(record.key) === key);
    const [third] = records.slice(-1);
    const admin = log.clients.admin();
    const partitions = [{ partition: third?.partition ?? -1, offset: third?.offset ?? -1n }];
    await admin.deleteRecords({ topics: [{ name, partitions }] });
    await admin.close();
    const second = await collect(log, group, key);
    await eventually(() => second.versions().includes(3));
    expect(second.versions()).toEqual([3]);
  });

  it('When a client is stuck, then the watchdog begins anew, and reading goes on', async () => {
    const { log, key, group } = await arrange();
    const told = recordingLogger();
    const { startConsumption } = await import('./consumption.ts');
    const seen: string[] = [];
    const consumption = startConsumption({
      clients: sabotaged(log),
      group: log.names.group(group),
      topics: [log.names.events('order')],
      async handle(records) {
        seen.push(...records.filter((record) => String(record.key) === key).map(({ value }) => String(value)));
      },
      watchEveryMs: 300,
      clock,
      logger: told.logger,
    });
    await log.publish('order', [orderEvent(key, 1)]);
    await eventually(() => seen.length === 1);
    await consumption.close();
    expect(told.lines.some(({ err }) => /gets nothing/.test((err as { message?: string })?.message ?? ''))).toBe(true);
  });
});

/** Clients of which the first one that fetches never gets an answer. */
const sabotaged = ({ clients }: KafkaEventLog): KafkaEventLog['clients'] => {
  let fetching = 0;
  return {
    ...clients,
    consumer(settings) {
      const consumer = clients.consumer(settings);
      const fetch = consumer.fetch.bind(consumer);
      const never = () => {
        fetching += 1;
        return fetching === 1 ? new Promise(() => {}) : undefined;
      };
      return Object.assign(consumer, { fetch: (options: Parameters<typeof fetch>[0]) => never() ?? fetch(options) });
    },
  };
};

describe('A start without, or before, Kafka', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const portOf = (server: Server): number => (server.address() as { port: number }).port;
  const start = (port: number, waitMs: number, { told = recordingLogger(), replication = 1 } = {}) =>
    createKafkaEventLog({
      brokers: [`127.0.0.1:${port}`],
      prefix: testPrefix(),
      replication,
      waitMs,
      clock,
      ids,
      logger: told.logger,
    });
  /** Hands connections on to the Kafka of this run. */
  const listen = async (port: number): Promise<Server> => {
    const server = createServer((socket) => {
      const broker = connect(Number(inject('kafka').split(':')[1]), '127.0.0.1');
      socket.pipe(broker).pipe(socket);
      for (const end of [socket, broker]) end.on('error', () => {});
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return server;
  };
  const freePort = async () => {
    const server = await listen(0);
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  };

  it('When nobody answers, then it says what it waits for, and gives up in time with the reason', async () => {
    const [port, told] = [await freePort(), recordingLogger()];
    const began = clock.now().getTime();
    const failure = await start(port, 1_500, { told }).catch((error) => error);
    expect(failure).toBeInstanceOf(KafkaUnavailable);
    expect(failure.message).toMatch(`Kafka at 127.0.0.1:${port} could not be used within 2 s: connect ECONNREFUSED`);
    expect(clock.now().getTime() - began).toBeLessThan(5_000);
    expect(told.lines).toMatchObject([{ msg: `waiting for Kafka at 127.0.0.1:${port}` }]);
  });

  it('When Kafka comes later, then the start goes on, and the topics are there as they were wished', async () => {
    const port = await freePort();
    const starting = start(port, 10_000);
    await clock.sleep(1_200);
    await listen(port);
    const log = await starting;
    const admin = log.clients.admin();
    const { topics } = await admin.metadata({ topics: log.names.all() });
    expect([...topics.values()].map(({ partitionsCount }) => partitionsCount)).toEqual(Array(10).fill(6));
    const resources = [log.names.events('cart'), log.names.deadLetters('cart')].map((resourceName) => {
      return { resourceType: 2 as const, resourceName, configurationKeys: ['retention.ms', 'cleanup.policy'] };
    });
    const described = await admin.describeConfigs({ resources });
    const days = described.map(
      ({ configs }) => Number(configs.find(({ name }) => name === 'retention.ms')?.value) / 86_400_000,
    );
    expect(days).toEqual([7, 14]);
    await Promise.all([admin.close(), log.close()]);
  });

  it('When there are fewer brokers than copies of each event are wished, then it gives up and says so', async () => {
    const port = Number(inject('kafka').split(':')[1]);
    await expect(start(port, 500, { replication: 3 })).rejects.toThrow(/within 1 s: .*[Rr]eplication factor/);
  });

  it('When several processes start at once, then all of them find the topics', async () => {
    const name = testPrefix();
    const options = { brokers: [inject('kafka')], prefix: name, replication: 1, clock, ids, logger };
    const logs = await Promise.all(Array.from({ length: 4 }, () => createKafkaEventLog(options)));
    await Promise.all(logs.map((log) => log.publish('order', [orderEvent('1', 1)])));
    await Promise.all(logs.map((log) => log.close()));
  });
});
