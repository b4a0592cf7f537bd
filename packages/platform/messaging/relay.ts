import { type AnyShopEvent, type Topic, topicOf } from '@shop/contracts/events.ts';
import { startLoop } from '../lifecycle/loop.ts';
import type { Logger } from '../telemetry/logger.ts';
import { isTracing, startSpan } from '../telemetry/spans.ts';
import type { Clock } from '../time/clock.ts';
import type { EventLog } from './event-log.ts';
import type { OutboxSource } from './outbox.ts';

/** The most events in one batch. */
const batchSize = 500;
/** The safety net under the nudges: events of a process that ended between its commit and its nudge. */
const pollMs = 1_000;
/**
 * After a turn that sent something the next one lets so much time pass: what is committed meanwhile goes out together.
 * An event that comes after a quiet moment is sent at once.
 */
const restMs = 100;

export interface Relay {
  /** For how long nothing could be sent, in milliseconds; 0 when all is well. */
  failingMs(): number;
  /** Lets the batch in flight finish and gives up the shards. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  source: OutboxSource;
  log: Pick<EventLog, 'publish'>;
  /** Where the outbox says that there is something to send. */
  onNudge: (wake: () => void) => void;
  clock: Clock;
  logger: Logger;
}

/**
 * Moves events from an outbox to the log, at least once and in order per key. One batch is in flight, and what is
 * committed meanwhile makes up the next one, so batches grow with the load. Events are forgotten only when the log has
 * acknowledged them. Whatever fails is tried again without end.
 *
 * No row can hold up those behind it: the database takes no row whose type has no topic or whose data is not JSON, so
 * a publish fails only where the log itself does, and then for every row.
 */
export const startRelay = ({ source, log, onNudge, clock, logger }: RelayOptions): Relay => {
  const loop = startLoop({
    name: 'relay',
    everyMs: pollMs,
    clock,
    logger,
    async work(signal) {
      const events = await source.pending(batchSize);
      await publishAll(events, source, log);
      if (events.length === batchSize) return true;
      if (events.length > 0) await clock.sleep(restMs, signal);
      return false;
    },
  });
  onNudge(loop.nudge);
  return {
    failingMs: loop.failingMs,
    async stop() {
      await loop.stop();
      // Without this another relay starts when the leases have run out: later, but no less surely.
      await source.release().catch((error) => logger.warn({ err: error }, 'the relay kept its shards'));
    },
  };
};

/** A topic that fails doesn't keep the others from being sent; the first failure is thrown at the end. */
const publishAll = async (
  events: readonly AnyShopEvent[],
  source: OutboxSource,
  log: Pick<EventLog, 'publish'>,
): Promise<void> => {
  const perTopic = new Map<Topic, AnyShopEvent[]>();
  for (const event of events) {
    const topic = topicOf(event.type);
    const batch = perTopic.get(topic);
    if (batch) batch.push(event);
    else perTopic.set(topic, [event]);
  }
  const failures: unknown[] = [];
  for (const [topic, batch] of perTopic) {
    try {
      await publishTraced(topic, batch, log);
      await source.sent(batch);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
};

/**
 * A span for each event: a batch belongs to many traces. They are leaves; who applies an event goes on where it was
 * written, by the `traceparent` that it was stored with, however often and by whichever relay it is sent.
 */
const publishTraced = async (
  topic: Topic,
  events: readonly AnyShopEvent[],
  log: Pick<EventLog, 'publish'>,
): Promise<void> => {
  if (!isTracing()) return log.publish(topic, events);
  const spans = events.map(({ id, type, key, traceparent }) =>
    startSpan(
      `send ${type}`,
      'producer',
      {
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.message.id': id,
        'messaging.batch.message_count': events.length,
        'shop.event.key': key,
      },
      traceparent,
    ),
  );
  try {
    await log.publish(topic, events);
    for (const span of spans) span?.end();
  } catch (failure) {
    for (const span of spans) span?.end(failure);
    throw failure;
  }
};
