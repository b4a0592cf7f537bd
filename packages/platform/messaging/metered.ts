import { Counter, Histogram } from 'prom-client';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../time/clock.ts';
import type { EventLog } from './event-log.ts';
import type { Apply } from './inbox.ts';

/** Counts what goes through an event log and what consumers make of it. */
export const createEventMeters = ({ registry }: Metrics, clock: Clock) => {
  const registers = [registry];
  const published = new Counter({
    name: 'shop_events_published_total',
    help: 'Events that the log has acknowledged',
    labelNames: ['topic'] as const,
    registers,
  });
  const buried = new Counter({
    name: 'shop_events_buried_total',
    help: 'Events that became dead letters',
    labelNames: ['group', 'topic'] as const,
    registers,
  });
  const applied = new Counter({
    name: 'shop_events_applied_total',
    help: 'Events that took effect, or had done so before',
    labelNames: ['group'] as const,
    registers,
  });
  const failed = new Counter({
    name: 'shop_event_batches_failed_total',
    help: 'Batches of events that could not be applied; each is tried again',
    labelNames: ['group'] as const,
    registers,
  });
  const delay = new Histogram({
    name: 'shop_event_delay_seconds',
    help: 'Seconds from the making of an event to its effect',
    labelNames: ['group'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600],
    registers,
  });

  return {
    log: <Log extends Pick<EventLog, 'publish' | 'bury'>>(log: Log): Log => ({
      ...log,
      async publish(topic, events) {
        await log.publish(topic, events);
        published.inc({ topic }, events.length);
      },
      async bury(letter) {
        await log.bury(letter);
        buried.inc({ group: letter.group, topic: letter.topic });
      },
    }),
    apply: <T>(group: string, apply: Apply<T>): Apply<T> => {
      failed.inc({ group }, 0);
      return {
        ...apply,
        async batch(events, handle) {
          try {
            await apply.batch(events, handle);
          } catch (error) {
            failed.inc({ group });
            throw error;
          }
          applied.inc({ group }, events.length);
          const now = clock.now().getTime();
          for (const { time } of events) delay.observe({ group }, Math.max(0, now - Date.parse(time)) / 1000);
        },
      };
    },
  };
};
