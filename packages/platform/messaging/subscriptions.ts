import { type AnyShopEvent, topics as allTopics, type Topic } from '@shop/contracts/events.ts';
import { type Loop, startLoop } from '../lifecycle/loop.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { Batches, Member } from './batches.ts';
import type { Deliver, EventLog, Subscription } from './event-log.ts';

/** The most events in one delivery. */
const batchSize = 200;
/** The safety net under the nudges: events that another process appended. */
const pollMs = 1_000;

interface ReadingOptions {
  batches: Batches;
  clock: Clock;
  logger: Logger;
  /** How long a batch is kept for a member that fell silent. */
  leaseMs: number;
}

/** The members of groups in one process. */
export interface Subscriptions extends Pick<EventLog, 'subscribe' | 'close'> {
  /** Has the readers of a topic look at once. */
  wake(topic: Topic): void;
}

/**
 * Reads a log whose topics are one partition each. Members of a group that run in several processes take turns, a batch
 * each; those that are not woken look every second.
 */
export const createSubscriptions = ({ ids, ...options }: ReadingOptions & { ids: Ids }): Subscriptions => {
  const readers = new Map<Topic, Set<Loop>>(allTopics.map((topic) => [topic, new Set()]));
  const subscriptions = new Set<Subscription>();
  let closed = false;

  return {
    wake(topic) {
      for (const loop of readers.get(topic) ?? []) loop.nudge();
    },
    async subscribe({ group, topics, deliver }) {
      await options.batches.join(group, topics);
      if (closed) throw new Error('The event log is closed');
      const owner = ids.uuid();
      const members = topics.map((topic) => {
        const loop = startReading({ ...options, member: { group, topic, owner }, deliver });
        readers.get(topic)?.add(loop);
        return { topic, loop };
      });
      const subscription: Subscription = {
        failingMs: () => Math.max(...members.map(({ loop }) => loop.failingMs())),
        async close() {
          for (const { topic, loop } of members) readers.get(topic)?.delete(loop);
          await Promise.all(members.map(({ loop }) => loop.stop()));
          subscriptions.delete(subscription);
        },
      };
      subscriptions.add(subscription);
      return subscription;
    },
    async close() {
      closed = true;
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    },
  };
};

/** One member's reading of one topic: a batch at a time, its offset stored after its effect. */
const startReading = (options: ReadingOptions & { member: Member; deliver: Deliver }): Loop => {
  const { batches, member, deliver, leaseMs, clock, logger } = options;
  const { group, topic } = member;

  /** Keeps the batch while it is being handled; ends `lost` when another member has it all the same. */
  const keepBatch = async (done: AbortSignal, lost: AbortController): Promise<void> => {
    for (;;) {
      await clock.sleep(leaseMs / 3, done);
      if (done.aborted) return;
      try {
        if (!(await batches.keep(member))) return lost.abort();
      } catch (error) {
        logger.warn({ err: error, group, topic }, 'could not prolong the hold on a batch');
      }
    }
  };

  const handle = async (events: AnyShopEvent[], stopping: AbortSignal): Promise<void> => {
    const done = new AbortController();
    const lost = new AbortController();
    const keeping = keepBatch(done.signal, lost);
    try {
      await deliver(events, AbortSignal.any([stopping, lost.signal]), topic);
    } finally {
      done.abort();
      await keeping;
    }
  };

  /** So that another member, or this one after its pause, need not wait for the lease to end. */
  const giveBack = async (): Promise<void> => {
    try {
      await batches.finish(member, 0);
    } catch (error) {
      logger.debug({ err: error, group, topic }, 'a batch stays held until its lease ends');
    }
  };

  return startLoop({
    name: `${group} reads ${topic}`,
    everyMs: pollMs,
    clock,
    logger,
    async work(stopping) {
      const taken = await batches.take(member, batchSize);
      const last = taken.at(-1);
      if (!last) return false;
      try {
        await handle(
          taken.map(({ event }) => event),
          stopping,
        );
      } catch (error) {
        await giveBack();
        throw error;
      }
      await batches.finish(member, last.position);
      return taken.length === batchSize;
    },
  });
};
