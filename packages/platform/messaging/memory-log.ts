import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Ids } from '../time/ids.ts';
import type { Batches, Positioned } from './batches.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { EventLog } from './event-log.ts';
import { buryIn, type MemoryLetters, memoryDeadLetters } from './memory-dead-letters.ts';
import { createSubscriptions } from './subscriptions.ts';

/** A message; its event as JSON, so that nobody changes what was published. */
interface Message {
  position: number;
  event: string;
}

interface Place {
  done: number;
  owner?: string;
  /** When the batch in hand is lost to others, in epoch milliseconds. */
  until: number;
}

/** A log in memory: what it holds, for all processes that write and read it. */
export interface MemoryLogData {
  topics: Map<Topic, { messages: Message[]; known: Set<string> }>;
  /** By group and topic. */
  places: Map<string, Place>;
  letters: MemoryLetters;
}

export const memoryLogData = (): MemoryLogData => ({ topics: new Map(), places: new Map(), letters: new Map() });

/** An event on its way to a topic, for the first time (under its own id) or once more. */
const appendTo = ({ topics }: MemoryLogData, topic: Topic, deliveryId: string, event: object): void => {
  let log = topics.get(topic);
  if (!log) {
    log = { messages: [], known: new Set() };
    topics.set(topic, log);
  }
  if (log.known.has(deliveryId)) return;
  log.known.add(deliveryId);
  log.messages.push({ position: log.messages.length + 1, event: JSON.stringify(event) });
};

export interface MemoryEventLogOptions {
  data: MemoryLogData;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  /** How long a batch is kept for a member that fell silent, by the clock. */
  leaseMs?: number;
}

/** A process's connection to an event log in memory. Every topic is one partition. */
export const createMemoryEventLog = (options: MemoryEventLogOptions): EventLog & { deadLetters: DeadLetters } => {
  const { data, clock, ids, logger, leaseMs = 6_000 } = options;
  const batches = memoryBatches(data, clock, leaseMs);
  const { wake, subscribe, close } = createSubscriptions({ batches, clock, ids, logger, leaseMs });
  return {
    async publish(topic, events) {
      for (const event of events) appendTo(data, topic, event.id, event);
      wake(topic);
    },
    subscribe,
    async bury(letter) {
      buryIn(data.letters, letter);
    },
    close,
    deadLetters: memoryDeadLetters({
      ...{ letters: data.letters, clock, ids },
      append(topic, deliveryId, event) {
        appendTo(data, topic, deliveryId, event);
        wake(topic);
      },
    }),
  };
};

const memoryBatches = ({ topics, places }: MemoryLogData, clock: Clock, leaseMs: number): Batches => {
  const nameOf = (group: string, topic: Topic) => `${group} ${topic}`;
  const later = () => clock.now().getTime() + leaseMs;
  const toPositioned = ({ position, event }: Message): Positioned => ({
    position,
    event: JSON.parse(event) as AnyShopEvent,
  });
  return {
    async join(group, wanted) {
      for (const topic of wanted) {
        const name = nameOf(group, topic);
        if (!places.has(name)) places.set(name, { done: 0, until: 0 });
      }
    },
    async take({ group, topic, owner }, limit) {
      const place = places.get(nameOf(group, topic));
      if (!place) return [];
      const taken = place.owner !== undefined && place.owner !== owner && place.until > clock.now().getTime();
      const next = topics.get(topic)?.messages.slice(place.done, place.done + limit) ?? [];
      if (taken || next.length === 0) return [];
      Object.assign(place, { owner, until: later() });
      return next.map(toPositioned);
    },
    async keep({ group, topic, owner }) {
      const place = places.get(nameOf(group, topic));
      if (place?.owner !== owner) return false;
      place.until = later();
      return true;
    },
    async finish({ group, topic, owner }, position) {
      const place = places.get(nameOf(group, topic));
      if (place?.owner !== owner) return;
      Object.assign(place, { done: Math.max(place.done, position), owner: undefined, until: 0 });
    },
  };
};
