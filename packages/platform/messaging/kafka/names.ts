import { type Topic, topics } from '@shop/contracts/events.ts';

/** What a topic of Kafka holds: a topic's events, or the dead letters of one. */
export interface Content {
  topic: Topic;
  deadLetters: boolean;
}

/** What things are called in Kafka. The prefix lets several shops, or tests, share a cluster. */
export interface KafkaNames {
  events(topic: Topic): string;
  deadLetters(topic: Topic): string;
  group(group: string): string;
  /** Every topic of this shop. */
  all(): string[];
  /** What is in the topic of this name; undefined when it isn't ours. */
  contentOf(name: string): Content | undefined;
  /** The group that Kafka knows under this name; undefined when it isn't ours. */
  groupOf(name: string): string | undefined;
}

export const kafkaNames = (prefix: string): KafkaNames => {
  const events = (topic: Topic) => `${prefix}${topic}`;
  const deadLetters = (topic: Topic) => `${prefix}${topic}.dlq`;
  const contents = new Map<string, Content>(
    topics.flatMap((topic) => [
      [events(topic), { topic, deadLetters: false }],
      [deadLetters(topic), { topic, deadLetters: true }],
    ]),
  );
  return {
    events,
    deadLetters,
    group: (group) => `${prefix}${group}`,
    all: () => [...contents.keys()],
    contentOf: (name) => contents.get(name),
    groupOf: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined),
  };
};
