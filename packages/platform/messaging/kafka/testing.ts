import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { afterEach, expect, inject } from 'vitest';
import { silentLogger } from '../../testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { orderEvent } from '../event-log.conformance.ts';
import type { EventLog } from '../event-log.ts';
import type { ReceivedRecord } from './cloud-event.ts';
import { createKafkaEventLog, type KafkaEventLog, type KafkaEventLogOptions } from './kafka-log.ts';

export const testPrefix = (): string => `test-${ids.uuid()}-`;

/** Opens logs on the Kafka of this run, under names of their own, and closes them after each test. */
export const testLogs = (prefix = testPrefix()) => {
  const opened: EventLog[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });
  return async (options: Partial<KafkaEventLogOptions> = {}): Promise<KafkaEventLog> => {
    const brokers = options.brokers ?? [inject('kafka')];
    const log = await createKafkaEventLog({
      brokers,
      prefix,
      replication: 1,
      clock,
      ids,
      logger: silentLogger,
      ...options,
    });
    opened.push(log);
    return log;
  };
};

/** What was delivered, to whom, in the order in which it took effect. */
export interface Ledger {
  /** Notes one delivery, as the last thing that it does. */
  note(member: string, events: readonly AnyShopEvent[]): void;
  /** Versions of a key in the order in which each took effect for the first time. */
  firsts(key: string): number[];
  /** How many events took effect once more. */
  repeats(): number;
  count(): number;
  by(member: string): number;
}

/** A ledger of the events of these keys; others, of other tests, are left out. */
export const createLedger = (keys: readonly string[]): Ledger => {
  const entries: { member: string; key: string; version: number }[] = [];
  const firsts = (key: string) => [
    ...new Set(entries.filter((entry) => entry.key === key).map(({ version }) => version)),
  ];
  const distinct = () => new Set(entries.map(({ key, version }) => `${key} ${version}`)).size;
  return {
    note(member, events) {
      for (const { key, data } of events) if (keys.includes(key)) entries.push({ member, key, version: data.version });
    },
    firsts,
    repeats: () => entries.length - distinct(),
    count: distinct,
    by: (member) => entries.filter((entry) => entry.member === member).length,
  };
};

/** Events that are published one after the other until it is stopped. */
export interface Load {
  keys: string[];
  published(): number;
  stop(): Promise<void>;
  /** Every event took effect, and none before those that its key had before. */
  expectAll(ledger: Ledger): void;
}

/** Publishes, as a relay does: a batch in flight, repeated until it is acknowledged. */
export const startLoad = (log: EventLog, { pauseMs = 5 }: { pauseMs?: number } = {}): Load => {
  const keys = Array.from({ length: 24 }, () => ids.uuid());
  let [version, stopped] = [0, false];
  const publish = async (events: readonly AnyShopEvent[]): Promise<void> => {
    for (;;) {
      try {
        return await log.publish('order', events);
      } catch {
        await clock.sleep(50);
      }
    }
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      const events = keys.map((key) => orderEvent(key, version + 1));
      await publish(events);
      version += 1;
      await clock.sleep(pauseMs);
    }
  };
  const running = run();
  return {
    keys,
    published: () => version * keys.length,
    async stop() {
      stopped = true;
      await running;
    },
    expectAll(ledger) {
      const versions = Array.from({ length: version }, (_, at) => at + 1);
      for (const key of keys) expect(ledger.firsts(key), key).toEqual(versions);
    },
  };
};

/** Every record that a topic holds, partition by partition, in order. */
export const readAll = async ({ clients }: KafkaEventLog, topic: string): Promise<ReceivedRecord[]> => {
  const records: ReceivedRecord[] = [];
  const consumer = clients.consumer({ groupId: ids.uuid(), requestTimeout: 5_000 });
  consumer.topics.trackAll(topic);
  const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
  const stream = await consumer.consume({
    topics: [topic],
    autocommit: false,
    mode: 'earliest',
    maxWaitTime: 100,
  });
  const missing = new Set(ends.flatMap((end, partition) => (end > 0n ? [partition] : [])));
  if (missing.size > 0) {
    for await (const { key, value, headerEntries, partition, offset } of stream) {
      records.push({ topic, partition, offset, key, value, headers: headerEntries });
      if (offset + 1n >= (ends[partition] ?? 0n)) missing.delete(partition);
      if (missing.size === 0) break;
    }
  }
  await consumer.close(true);
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
};
