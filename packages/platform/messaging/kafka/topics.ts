import type { Admin } from '@platformatic/kafka';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { retention } from '../retention.ts';
import type { KafkaClients } from './clients.ts';
import { isTopicThere, KafkaUnavailable, reasonOf } from './errors.ts';
import type { KafkaNames } from './names.ts';

/** A product with thousands of variants is one event, and its dead letter is larger still. */
const largestBatchBytes = 32 * 1024 * 1024;
const pauseMs = 100;
/** How soon, and how often, somebody who waits is told what for. */
const silentMs = 1_000;
const sayEveryMs = 5_000;

export interface TopicsOptions {
  clients: KafkaClients;
  names: KafkaNames;
  brokers: readonly string[];
  partitions: number;
  replication: number;
  /** How long to wait for a cluster that isn't there yet. */
  waitMs: number;
  clock: Clock;
  logger: Logger;
}

/** What is acknowledged must survive the loss of a broker wherever there are enough of them to go on without one. */
const minInSync = (replication: number): number => (replication >= 3 ? 2 : 1);

const settings = (replication: number, retentionMs: number) => [
  { name: 'cleanup.policy', value: 'delete' },
  { name: 'retention.ms', value: String(retentionMs) },
  { name: 'min.insync.replicas', value: String(minInSync(replication)) },
  { name: 'max.message.bytes', value: String(largestBatchBytes) },
];

type MakeOptions = Pick<TopicsOptions, 'names' | 'partitions' | 'replication'>;

/** Makes the topics that aren't there; answers which ones weren't. */
const makeMissing = async (admin: Admin, { names, partitions, replication }: MakeOptions): Promise<string[]> => {
  const present = new Set(await admin.listTopics());
  const missing = names.all().filter((name) => !present.has(name));
  for (const deadLetters of [false, true]) {
    const topics = missing.filter((name) => names.contentOf(name)?.deadLetters === deadLetters);
    if (topics.length === 0) continue;
    const configs = settings(replication, deadLetters ? retention.deadLetterMs : retention.journalMs);
    try {
      await admin.createTopics({ topics, partitions, replicas: replication, configs });
    } catch (error) {
      // Another process that starts made them first, or some of them.
      if (!isTopicThere(error)) throw error;
    }
  }
  return missing;
};

/** Fails as long as a partition of a topic has no leader, or a topic is not known yet to the broker that was asked. */
const assertUsable = async (admin: Admin, names: KafkaNames): Promise<void> => {
  const { topics } = await admin.metadata({ topics: names.all(), forceUpdate: true });
  for (const [name, { partitions }] of topics) {
    if (partitions.some(({ leader }) => leader < 0)) throw new KafkaUnavailable(`${name} has no leader yet`);
  }
};

const attempt = async (options: TopicsOptions): Promise<void> => {
  const { clients, names, logger } = options;
  const admin = clients.admin();
  try {
    const made = await makeMissing(admin, options);
    if (made.length > 0) logger.info({ topics: made }, 'made topics');
    await assertUsable(admin, names);
  } finally {
    admin.close().catch((error) => logger.debug({ err: error }, 'a client did not close in order'));
  }
};

/**
 * Waits for the cluster and makes the topics that aren't there; those that are stay as they are. Says every five
 * seconds what it waits for.
 *
 * @throws KafkaUnavailable when the topics can't be used within `waitMs`, with the last reason why
 */
export const ensureTopics = async (options: TopicsOptions): Promise<void> => {
  const { brokers, waitMs, clock, logger } = options;
  const where = `Kafka at ${brokers.join(', ')}`;
  const began = clock.now().getTime();
  let sayAt = began + silentMs;
  for (;;) {
    try {
      return await attempt(options);
    } catch (error) {
      const now = clock.now().getTime();
      const reason = reasonOf(error);
      if (now > began + waitMs) {
        const failure = `${where} could not be used within ${Math.round(waitMs / 1000)} s: ${reason}`;
        throw new KafkaUnavailable(failure, { cause: error });
      }
      if (now >= sayAt) {
        logger.warn({ reason, leftMs: began + waitMs - now }, `waiting for ${where}`);
        sayAt = now + sayEveryMs;
      }
      await clock.sleep(pauseMs);
    }
  }
};
