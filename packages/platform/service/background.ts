import type { Topic } from '@shop/contracts/events.ts';
import { Counter } from 'prom-client';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import { startLoop } from '../lifecycle/loop.ts';
import { atMost } from '../messaging/at-most.ts';
import { type Handlers, startConsumer } from '../messaging/consumer.ts';
import type { EventLog } from '../messaging/event-log.ts';
import type { Apply } from '../messaging/inbox.ts';
import { createEventMeters } from '../messaging/metered.ts';
import type { OutboxSource } from '../messaging/outbox.ts';
import { startRelay } from '../messaging/relay.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import { type Forget, startTidying } from './tidying.ts';

/** How a service reacts to the facts of others; `T` is what their effects are written with. */
export interface Reactions<T> {
  /** The consumer group: the service's name. */
  group: string;
  topics: readonly Topic[];
  handlers: Handlers<T>;
  apply: Apply<T>;
}

/** What a service does beside requests; whatever it has none of is left out. */
export interface Background {
  /** The service's name. */
  name: string;
  /** What it has committed and not published. */
  outbox?: { source: OutboxSource; onNudge(wake: () => void): void };
  // biome-ignore lint/suspicious/noExplicitAny: each service writes its effects with something of its own; it was checked where it was put together.
  reactions?: Reactions<any>;
  /** Asks what became of the sagas of at most `limit` holds that are older than their time; answers how many were due. */
  askAboutOldHolds?: (limit: number) => Promise<number>;
  /** What is forgotten in time, by what it is. */
  forget?: Record<string, Forget>;
}

/** Something that runs beside requests, and for how long it has failed, in milliseconds. */
export interface Part {
  name: string;
  failingMs(): number;
}

export interface BackgroundOptions {
  services: readonly Background[];
  /** Where events go; not needed where no service tells or hears any. */
  log?: Pick<EventLog, 'publish' | 'bury' | 'subscribe'>;
  lifecycle: Lifecycle;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  metrics: Metrics;
  /** How long finished work is kept in detail, in milliseconds. */
  keepMs: number;
}

/** The names of the parts that have failed for longer than this. */
export const failingFor = (parts: readonly Part[], ms: number): string[] =>
  parts.filter(({ failingMs }) => failingMs() > ms).map(({ name }) => name);

/** Starts relays, consumers, the questions of old holds, and tidying up. Answers the parts that move events. */
export const startBackground = async (options: BackgroundOptions): Promise<Part[]> => {
  const { services } = options;
  const parts = options.log ? await startMoving({ ...options, log: options.log }) : [];
  startQuestions(options);
  const forget = services.flatMap((service) => Object.entries(service.forget ?? {}));
  if (forget.length > 0) startTidying({ ...options, forget: Object.fromEntries(forget) });
  return parts;
};

/** A third of a pool's connections; the others are for requests. */
const BATCHES_AT_ONCE = 4;

/** What moves events: consumers, then relays. */
const startMoving = async (
  options: BackgroundOptions & { log: NonNullable<BackgroundOptions['log']> },
): Promise<Part[]> => {
  const { services, log, lifecycle, clock, ids, logger, metrics } = options;
  const meters = createEventMeters(metrics, clock);
  const metered = meters.log(log);

  const consumers = await Promise.all(
    services.flatMap(({ reactions }) => {
      if (!reactions) return [];
      const { group, apply } = reactions;
      const limited = meters.apply(group, atMost(BATCHES_AT_ONCE, apply));
      const consumer = { ...reactions, apply: limited, log: metered, clock, ids, logger };
      return startConsumer(consumer).then((subscription): Part => {
        lifecycle.onStop(`consumer ${group}`, () => subscription.close());
        return { name: `consumer ${group}`, failingMs: subscription.failingMs };
      });
    }),
  );

  const relays = services.flatMap(({ name, outbox }): Part[] => {
    if (!outbox) return [];
    const relay = startRelay({ ...outbox, log: metered, clock, logger });
    lifecycle.onStop(`relay of ${name}`, () => relay.stop());
    return [{ name: `relay of ${name}`, failingMs: relay.failingMs }];
  });
  return [...consumers, ...relays];
};

const ASK_EVERY_MS = 5_000;
const ASK_BATCH = 100;

const startQuestions = ({ services, lifecycle, clock, logger, metrics }: BackgroundOptions) => {
  const asking = services.flatMap(({ name, askAboutOldHolds }) =>
    askAboutOldHolds ? [{ participant: name, ask: askAboutOldHolds }] : [],
  );
  if (asking.length === 0) return;
  const asked = new Counter({
    name: 'shop_old_holds_total',
    help: 'Holds of sagas that were older than their time and asked what became of them',
    labelNames: ['participant'] as const,
    registers: [metrics.registry],
  });
  for (const { participant, ask } of asking) {
    asked.inc({ participant }, 0);
    const loop = startLoop({
      name: `old holds of ${participant}`,
      everyMs: ASK_EVERY_MS,
      async work() {
        const due = await ask(ASK_BATCH);
        asked.inc({ participant }, due);
        return due === ASK_BATCH;
      },
      clock,
      logger,
    });
    lifecycle.onStop(`old holds of ${participant}`, () => loop.stop());
  }
};
