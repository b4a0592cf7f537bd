import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { parseEvent } from '@shop/contracts/event-schemas.ts';
import { type AnyShopEvent, type EventType, type ShopEvent, type Topic, topicOf } from '@shop/contracts/events.ts';
import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import { requestContext } from '../telemetry/context.ts';
import type { Logger } from '../telemetry/logger.ts';
import { traced } from '../telemetry/spans.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { EventLog, Subscription } from './event-log.ts';
import type { Apply } from './inbox.ts';

/** What a service does about each type of event that it listens to; `tx` is what its effects are written with. */
export type Handlers<T> = { [Type in EventType]?: (event: ShopEvent<Type>, tx: T) => Promise<unknown> };

export interface ConsumerOptions<T> {
  log: Pick<EventLog, 'subscribe' | 'bury'>;
  /** The consumer group: the service's name. */
  group: string;
  topics: readonly Topic[];
  handlers: Handlers<T>;
  apply: Apply<T>;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

/** Pauses before the second and further attempts at an event whose handler fails; after these it is buried. */
const retryPausesMs = [100, 400, 1_600];

/**
 * Takes a group's events and has them applied, in order per key.
 *
 * - What the group has no handler for is passed by, as are unknown types and replays for other groups.
 * - Infrastructure failures reject: the log delivers the same events again, without end, and nothing overtakes them.
 * - Malformed events are buried at once, and so are events whose handler fails on a healthy store three more times; the
 *   partition moves on when the dead letter is durable.
 */
export const startConsumer = <T>(options: ConsumerOptions<T>): Promise<Subscription> => {
  const { log, group, topics, handlers } = options;
  const deliver = createDeliver(options);
  return log.subscribe({ group, topics, deliver, wants: (type) => Object.hasOwn(handlers, type) });
};

const createDeliver = <T>({ log, group, handlers, apply, clock, ids, logger }: ConsumerOptions<T>) => {
  const isMeantFor = (raw: unknown): boolean => {
    const { type, replayFor } = (raw ?? {}) as { type?: unknown; replayFor?: unknown };
    if (replayFor !== undefined && replayFor !== group) return false;
    // What is no event at all is nobody else's either.
    return typeof type !== 'string' || Object.hasOwn(handlers, type);
  };

  const handle = (event: AnyShopEvent, tx: T): Promise<unknown> => {
    const handler = handlers[event.type] as (event: AnyShopEvent, tx: T) => Promise<unknown>;
    // Events that follow from this one, and log lines, carry its trace.
    const { sagaId } = event.data as { sagaId?: string };
    return requestContext.run({ requestId: event.id, sagaId, traceparent: event.traceparent }, () =>
      traced(`process ${event.type}`, 'consumer', attributesOf(event, group), () => handler(event, tx)),
    );
  };

  const bury = async (topic: Topic, event: unknown, error: string): Promise<void> => {
    const letter = { id: letterId(group, event), topic, group, error, at: clock.now().toISOString(), event };
    await log.bury(letter);
    logger.error({ deadLetter: letter.id, topic, group, error }, 'an event became a dead letter');
  };

  /** Applies one event, again and again if need be; buries it when that doesn't help. */
  const applySingly = async (topic: Topic, event: AnyShopEvent, signal: AbortSignal): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await apply.batch([event], handle);
      } catch (error) {
        if (isInfrastructureFailure(error)) throw error;
        logger.warn({ err: error, event: event.id, type: event.type, group, attempt }, 'an event could not be applied');
        const pauseMs = retryPausesMs[attempt];
        if (pauseMs === undefined) {
          await bury(topic, event, describe(error));
          return await apply.buried(event);
        }
        await clock.sleep(pauseMs * (0.5 + ids.fraction()), signal);
        // Out of time, not out of attempts: whoever goes on with the partition begins with this event.
        if (signal.aborted) throw error;
      }
    }
  };

  const applyAll = async (topic: Topic, events: AnyShopEvent[], signal: AbortSignal): Promise<void> => {
    if (events.length > 1) {
      try {
        return await apply.batch(events, handle);
      } catch (error) {
        if (isInfrastructureFailure(error)) throw error;
      }
    }
    // One of them fails: alone, the others take effect all the same.
    for (const event of events) await applySingly(topic, event, signal);
  };

  return async (received: unknown[], signal: AbortSignal, topic: Topic): Promise<void> => {
    const events: AnyShopEvent[] = [];
    const malformed: { raw: unknown; error: string }[] = [];
    for (const raw of received.filter(isMeantFor)) {
      const parsed = parseEvent(raw);
      if ('event' in parsed) events.push(parsed.event);
      else if ('malformed' in parsed) malformed.push({ raw, error: `Malformed: ${parsed.malformed}` });
    }
    await applyAll(topic, events, signal);
    // Last, so that an outage with its redeliveries doesn't bury them over and over.
    for (const { raw, error } of malformed) await bury(topic, raw, error);
  };
};

/** An event in hand, as OpenTelemetry's conventions for messaging describe it. */
const attributesOf = ({ id, type, key }: AnyShopEvent, group: string) => ({
  'messaging.operation.type': 'process',
  'messaging.destination.name': topicOf(type),
  'messaging.consumer.group.name': group,
  'messaging.message.id': id,
  'shop.event.key': key,
});

/** Letters are text that PostgreSQL takes (no NUL) and that fits a screen. */
const describe = (error: unknown): string => {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error, { depth: 2 });
  return text.replaceAll('\0', '').slice(0, 2_000);
};

/**
 * The same for every delivery of an event to a group, replays too: a UUID (version 8) from the event's id, or from the
 * whole of what has none.
 */
const letterId = (group: string, event: unknown): string => {
  const { id } = (event ?? {}) as { id?: unknown };
  const identity = typeof id === 'string' ? ['id', id] : ['event', event];
  const hex = createHash('sha256')
    .update(JSON.stringify([group, ...identity]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
