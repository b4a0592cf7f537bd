import { envelopeSchema, eventSchema, eventTypes } from '@shop/contracts/event-schemas.ts';
import { type EventType, topicOf, topics } from '@shop/contracts/events.ts';
import { type JsonSchema, toJsonSchema } from '../http/json-schema.ts';

export interface AsyncApiOptions {
  title: string;
  version: string;
  /** Which types each service listens to: the keys of its handlers. */
  listeners: Readonly<Record<string, readonly EventType[]>>;
}

/** `order.created` → `orderCreated`: names in the document have no dots. */
const nameOf = (type: EventType): string => type.replace(/[._](\w)/g, (_match, letter: string) => letter.toUpperCase());

const messageRef = (type: EventType) => ({ $ref: `#/channels/${topicOf(type)}/messages/${nameOf(type)}` });

const typesOf = (topic: string): EventType[] => eventTypes.filter((type) => topicOf(type) === topic);

/** CloudEvents' binary mode: attributes are headers of Kafka named `ce_…`; what others call the subject is our key. */
const headerOf = (attribute: string): string => {
  if (attribute === 'traceparent') return attribute;
  return attribute === 'key' ? 'ce_subject' : `ce_${attribute.toLowerCase()}`;
};

/** The envelope without its data, as Kafka carries it. */
const headersSchema = (): JsonSchema => {
  const { properties, required, ...rest } = toJsonSchema(envelopeSchema, 'input');
  const { data: _data, ...others } = properties as Record<string, JsonSchema>;
  const named = Object.entries(others).map(([attribute, schema]) => [headerOf(attribute), schema]);
  const wanted = (required as string[]).filter((name) => name !== 'data');
  return { ...rest, properties: Object.fromEntries(named), required: wanted.map(headerOf) };
};

/**
 * The AsyncAPI 3.0 document of the event log, made from the schemas that events are checked with: a channel a topic, a
 * message a type with its CloudEvents attributes as headers, and who sends and receives it.
 */
export const asyncApiDocument = ({ title, version, listeners }: AsyncApiOptions): object => {
  const channels = topics.map((topic) => {
    const messages = typesOf(topic).map((type) => [nameOf(type), { $ref: `#/components/messages/${nameOf(type)}` }]);
    return [topic, { address: topic, messages: Object.fromEntries(messages) }];
  });
  const headers = headersSchema();
  const messages = eventTypes.map((type) => [
    nameOf(type),
    {
      name: type,
      contentType: 'application/json',
      headers,
      payload: toJsonSchema(eventSchema(type), 'input'),
    },
  ]);
  const sends = topics.map((topic) => [
    `${topic}Sends`,
    { action: 'send', channel: { $ref: `#/channels/${topic}` }, messages: typesOf(topic).map(messageRef) },
  ]);
  const receives = Object.entries(listeners).flatMap(([service, types]) =>
    topics
      .map((topic) => ({ topic, heard: types.filter((type) => topicOf(type) === topic) }))
      .filter(({ heard }) => heard.length > 0)
      .map(({ topic, heard }) => [
        `${service}Hears${topic.charAt(0).toUpperCase()}${topic.slice(1)}`,
        { action: 'receive', channel: { $ref: `#/channels/${topic}` }, messages: heard.map(messageRef) },
      ]),
  );
  return {
    asyncapi: '3.0.0',
    info: { title, version },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries([...sends, ...receives]),
    components: { messages: Object.fromEntries(messages) },
  };
};
