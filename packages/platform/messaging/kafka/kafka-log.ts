import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Ids } from '../../time/ids.ts';
import type { EventLog, Subscription } from '../event-log.ts';
import { createClients, type KafkaClients } from './clients.ts';
import { decodeEvent, encodeEvent, type ReceivedRecord, typeOf } from './cloud-event.ts';
import { startConsumption } from './consumption.ts';
import { KafkaUnavailable } from './errors.ts';
import { encodeLetter } from './letter.ts';
import { type KafkaNames, kafkaNames } from './names.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { ensureTopics } from './topics.ts';

/** An event log in Kafka, and what those need who look after it. */
export interface KafkaEventLog extends EventLog {
  clients: KafkaClients;
  names: KafkaNames;
  publisher: Publisher;
}

export interface KafkaEventLogOptions {
  /** `host:port` of some of the brokers. */
  brokers: readonly string[];
  /** Put before the names of topics and groups. */
  prefix: string;
  /** Of topics that are made. */
  partitions?: number;
  /** On how many brokers each partition of a topic that is made is kept. */
  replication: number;
  /** How brokers name this process in their logs. */
  clientId?: string;
  /** How long to wait for a cluster that isn't there yet. */
  waitMs?: number;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

const isWanted = (record: ReceivedRecord, wants: (type: string) => boolean): boolean => {
  const type = typeOf(record);
  return type === undefined || wants(type);
};

/**
 * An event log in Kafka: a topic an aggregate, its events in CloudEvents' binary mode, and a topic of dead letters
 * beside each. Resolves when all topics are there. An event that is published twice is stored twice: that it takes
 * effect once is the consumers' business.
 *
 * @throws KafkaUnavailable when the cluster can't be used within `waitMs`
 */
export const createKafkaEventLog = async (options: KafkaEventLogOptions): Promise<KafkaEventLog> => {
  const { brokers, prefix, partitions = 6, replication, clientId = 'shop', waitMs = 60_000 } = options;
  const { clock, ids, logger } = options;
  const clients = createClients({ brokers, clientId });
  const names = kafkaNames(prefix);
  await ensureTopics({ clients, names, brokers, partitions, replication, waitMs, clock, logger });
  const publisher = createPublisher({ clients, clock, logger });
  const subscriptions = new Set<Subscription>();
  let closed = false;

  const topicOf = (name: string): Topic => {
    const content = names.contentOf(name);
    if (!content) throw new Error(`${name} is no topic of ours`);
    return content.topic;
  };

  return {
    clients,
    names,
    publisher,
    publish: (topic, events) => publisher.send(names.events(topic), events.map(encodeEvent)),
    async subscribe({ group, topics, deliver, wants = () => true }) {
      if (closed) throw new KafkaUnavailable('The event log is closed');
      const consumption = startConsumption({
        clients,
        group: names.group(group),
        topics: topics.map(names.events),
        async handle(records, signal) {
          // Most of a topic is not for a group that reads it: that need not be taken apart.
          const wanted = records.filter((record) => isWanted(record, wants));
          const [first] = wanted;
          if (first) await deliver(wanted.map(decodeEvent) as AnyShopEvent[], signal, topicOf(first.topic));
        },
        clock,
        logger,
      });
      const subscription: Subscription = {
        failingMs: consumption.failingMs,
        async close() {
          await consumption.close();
          subscriptions.delete(subscription);
        },
      };
      subscriptions.add(subscription);
      return subscription;
    },
    bury: (letter) => publisher.send(names.deadLetters(letter.topic), [encodeLetter(letter, ids.uuid())]),
    async close() {
      closed = true;
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      await publisher.close();
    },
  };
};
