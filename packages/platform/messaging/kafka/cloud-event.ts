import type { AnyShopEvent } from '@shop/contracts/events.ts';

/** A record as it is sent. */
export interface OutgoingRecord {
  key: string;
  value: string;
  headers: Record<string, string>;
}

/** A record as it was read, whoever wrote it. */
export interface ReceivedRecord {
  /** The topic's name in Kafka. */
  topic: string;
  partition: number;
  offset: bigint;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly (readonly [Buffer | null, Buffer | null])[];
}

/**
 * An event as CloudEvents 1.0 has it for Kafka in binary mode: attributes in headers, JSON data as the value. The
 * aggregate's id is the record's key and the event's subject; `replayfor` is an extension of ours.
 */
export const encodeEvent = (event: AnyShopEvent): OutgoingRecord => ({
  key: event.key,
  value: JSON.stringify(event.data),
  headers: {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_subject: event.key,
    ce_time: event.time,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    ...(event.replayFor !== undefined && { ce_replayfor: event.replayFor }),
  },
});

/** The header with the id of one sending, where an event is sent more than once. */
const deliveryHeader = 'delivery';

/**
 * An event that is sent again to one group, as it was received: of a malformed one, what there is. Undefined when it is
 * not even recognisable as an event.
 */
export const encodeReplay = (
  event: object,
  { group, deliveryId }: { group: string; deliveryId: string },
): OutgoingRecord | undefined => {
  const { id, type, key } = event as Record<string, unknown>;
  if (typeof id !== 'string' || typeof type !== 'string') return undefined;
  const record = encodeEvent({ ...event, replayFor: group } as AnyShopEvent);
  const headers = Object.entries(record.headers).filter(([, value]) => typeof value === 'string');
  return {
    key: typeof key === 'string' ? key : id,
    value: record.value ?? '',
    headers: { ...Object.fromEntries(headers), [deliveryHeader]: deliveryId },
  };
};

/** The id of this sending of an event: its own, unless it was sent again. */
export const deliveryIdOf = (record: ReceivedRecord): string | undefined => {
  const headers = headersOf(record);
  return headers.get(deliveryHeader) ?? headers.get('ce_id');
};

/** The headers that are text; of those with one name the last one counts. */
export const headersOf = ({ headers }: ReceivedRecord): Map<string, string> => {
  const texts = new Map<string, string>();
  for (const [name, value] of headers) if (name && value) texts.set(name.toString(), value.toString());
  return texts;
};

const typeHeader = Buffer.from('ce_type');

/** The type of the event in a record, at the price of looking for it alone; undefined where there is none. */
export const typeOf = ({ headers }: ReceivedRecord): string | undefined =>
  headers.findLast(([name, value]) => value && name?.equals(typeHeader))?.[1]?.toString();

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const withoutAbsent = (attributes: Record<string, unknown>): Record<string, unknown> => {
  const present: Record<string, unknown> = {};
  for (const name in attributes) if (attributes[name] !== undefined) present[name] = attributes[name];
  return present;
};

/**
 * The event in a record. Never throws: what is none comes out as something that `parseEvent` refuses and that tells
 * where it was found, so that whoever reads the topic can put it aside. Data that isn't JSON stays text.
 */
export const decodeEvent = (record: ReceivedRecord): unknown => {
  const headers = headersOf(record);
  const data = record.value === null ? undefined : parse(record.value.toString());
  if (!headers.has('ce_id') || !headers.has('ce_type')) {
    const { topic, partition, offset } = record;
    const key = record.key?.toString();
    return withoutAbsent({ topic, partition, offset: String(offset), key, headers: Object.fromEntries(headers), data });
  }
  return withoutAbsent({
    id: headers.get('ce_id'),
    type: headers.get('ce_type'),
    source: headers.get('ce_source'),
    key: record.key?.toString() ?? headers.get('ce_subject'),
    time: headers.get('ce_time'),
    data,
    traceparent: headers.get('traceparent'),
    replayFor: headers.get('ce_replayfor'),
  });
};
