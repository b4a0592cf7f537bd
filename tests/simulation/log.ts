import { type AnyShopEvent, type Topic, topics } from '@shop/contracts/events.ts';
import type { DeadLetter, Deliver, EventLog } from '@shop/platform/messaging/event-log.ts';
import { createRandom } from './random.ts';
import { brokenConnection, count, type Process, type World } from './world.ts';

/**
 * The event log as Kafka may behave at its worst: partitions, in order per key alone; an event comes again when its
 * offset was not stored, when its partition moves to another member, and now and then for no reason; a member that lost
 * its partition may go on for a while beside the new one.
 */
export interface SimulatedLog {
  /** The log as one process is connected to it. */
  connect(process: Process): Pick<EventLog, 'publish' | 'subscribe' | 'bury'>;
  /** A process died: its partitions go to others. */
  leave(): void;
  /** The partitions of a group change hands, though nobody died. */
  shake(group: string): void;
  /** A group takes the last events of each partition again. */
  rewind(group: string, back: number): void;
  /** Every event has taken effect in every group. */
  isDrained(): boolean;
  letters(): readonly DeadLetter[];
  /** A relay has seen these events in its outbox: one day they must be published. */
  expect(events: readonly AnyShopEvent[]): void;
  /** Events that were expected and never came. */
  lost(): readonly AnyShopEvent[];
  /** All events that were ever published, repeats included. */
  published(): readonly AnyShopEvent[];
}

interface Member {
  process: Process;
  deliver: Deliver;
  /** Aborts when its partitions go to others. */
  lost: AbortController;
}

interface Partition {
  topic: Topic;
  events: AnyShopEvent[];
}

/** How far a group has come in a partition, and who has a batch of it in hand. */
interface Place {
  partition: Partition;
  done: number;
  member?: Member;
  busy: boolean;
  /** How often in a row its batch has failed. */
  failures: number;
}

interface Group {
  places: Place[];
  members: Member[];
  /** Turns the partitions round among the members. */
  turn: number;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const MOST_IN_BATCH = 8;

export const createSimulatedLog = (world: World, seed: number, partitionCount: number): SimulatedLog => {
  const random = createRandom(seed, 'log');
  const partitions = new Map<Topic, Partition[]>(
    topics.map((topic) => [topic, Array.from({ length: partitionCount }, () => ({ topic, events: [] }))]),
  );
  const groups = new Map<string, Group>();
  const letters: DeadLetter[] = [];
  const published = new Set<string>();
  const expected = new Map<string, AnyShopEvent>();
  const { chaos, coverage } = world;

  const partitionOf = (topic: Topic, key: string): Partition => {
    let hash = 0;
    for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) >>> 0;
    return (partitions.get(topic) as Partition[])[hash % partitionCount] as Partition;
  };

  /** Takes the next batch of a place, unless its member has one in hand. */
  const pump = (place: Place): void => {
    const { member, partition } = place;
    if (place.busy || !member?.process.isAlive || place.done >= partition.events.length) return;
    place.busy = true;
    world.reach(member.process, world.latency(), 'deliver', () => take(place, member));
  };

  const take = (place: Place, member: Member): void => {
    if (place.member !== member) return;
    const { partition } = place;
    const size = 1 + random.below(MOST_IN_BATCH);
    const batch = partition.events.slice(place.done, place.done + size);
    const end = place.done + batch.length;
    const over = (pauseMs: number) => {
      if (place.member !== member) return;
      world.reach(member.process, pauseMs, 'next batch', () => {
        place.busy = false;
        pump(place);
      });
    };
    // Copies, as from a wire: nobody's change to one reaches another group.
    const copies = JSON.parse(JSON.stringify(batch)) as AnyShopEvent[];
    member.deliver(copies, member.lost.signal, partition.topic).then(
      () => {
        if (chaos.isRedelivered()) {
          count(coverage, 'events: taken again');
          return over(random.below(3_000));
        }
        if (place.member === member) place.done = Math.max(place.done, end);
        place.failures = 0;
        over(0);
      },
      () => {
        count(coverage, 'events: batch failed');
        place.failures += 1;
        over(Math.min(FIRST_RETRY_MS * 2 ** (place.failures - 1), LONGEST_RETRY_MS));
      },
    );
  };

  /** Gives each partition to a member; one that changes hands begins where its offset was stored. */
  const rebalance = (group: Group): void => {
    const members = group.members.filter(({ process }) => process.isAlive);
    group.members = members;
    group.places.forEach((place, index) => {
      const member = members[(index + group.turn) % members.length];
      if (place.member === member) return;
      if (place.member) {
        place.member.lost.abort('moved');
        place.member.lost = new AbortController();
      }
      place.member = member;
      place.busy = false;
      pump(place);
    });
  };

  const publish = (topic: Topic, events: readonly AnyShopEvent[]): void => {
    for (const event of events) {
      partitionOf(topic, event.key).events.push(JSON.parse(JSON.stringify(event)));
      expected.delete(event.id);
      published.add(event.id);
    }
    for (const { places } of groups.values())
      for (const place of places) if (place.partition.topic === topic) pump(place);
  };

  return {
    connect: (process) =>
      ({
        ...world.port(process, 'log', {
          async publish(topic: Topic, events: readonly AnyShopEvent[]) {
            publish(topic, events);
          },
          async bury(letter: DeadLetter) {
            if (!letters.some(({ id }) => id === letter.id)) letters.push(letter);
          },
        }),
        async subscribe({ group: name, topics: wanted, deliver }) {
          const group: Group = groups.get(name) ?? {
            places: wanted.flatMap((topic) =>
              (partitions.get(topic) as Partition[]).map((partition) => ({
                partition,
                done: 0,
                busy: false,
                failures: 0,
              })),
            ),
            members: [],
            turn: 0,
          };
          groups.set(name, group);
          const lost = new AbortController();
          group.members.push({ process, deliver, lost });
          rebalance(group);
          return { failingMs: () => 0, close: () => Promise.reject(brokenConnection('members only die')) };
        },
      }) satisfies Pick<EventLog, 'publish' | 'subscribe' | 'bury'>,
    leave() {
      for (const group of groups.values()) rebalance(group);
    },
    shake(name) {
      const group = groups.get(name);
      if (!group) return;
      group.turn += 1;
      rebalance(group);
    },
    rewind(name, back) {
      for (const place of groups.get(name)?.places ?? []) place.done = Math.max(0, place.done - back);
      for (const place of groups.get(name)?.places ?? []) pump(place);
    },
    isDrained: () =>
      [...groups.values()].every(({ places }) =>
        places.every(({ done, partition }) => done >= partition.events.length),
      ),
    letters: () => letters,
    expect(events) {
      for (const event of events) if (!published.has(event.id)) expected.set(event.id, event);
    },
    lost: () => [...expected.values()],
    published: () => [...partitions.values()].flatMap((all) => all.flatMap(({ events }) => events)),
  };
};
