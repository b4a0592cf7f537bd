/**
 * What went wrong between us and Kafka, told apart by codes. These functions take whatever was thrown and never throw
 * themselves.
 */
import { listOf, objectOf, textOf, type Verdict } from '../../failures/traits.ts';

/** Kafka was not there, or did not do in time what it was asked; whether it did it all the same is unknown. */
export class KafkaUnavailable extends Error {
  readonly code = 'KAFKA_UNAVAILABLE';
}

/** What was to be done as a member of a group is not to be done: it is not that member any more. */
export class MembershipOver extends Error {
  readonly code = 'KAFKA_MEMBERSHIP_OVER';
}

/** Codes that speak of brokers and connections. */
const infrastructure = new Set([
  'PLT_KFK_AUTHENTICATION',
  'PLT_KFK_NETWORK',
  'PLT_KFK_TIMEOUT',
  // Answers that are not to be made sense of: the connection is out of step.
  'PLT_KFK_UNEXPECTED_CORRELATION_ID',
  'PLT_KFK_UNFINISHED_WRITE_BUFFER',
]);

/** What a broker says of the records or the request. All else it says of itself, its group or its producer. */
const faults = new Set([
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_RECORD',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_REQUEST',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_ALREADY_EXISTS',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_VERSION',
]);

/** Answers to one that is no longer, or not yet again, the member of its group that it says it is. */
const staleMemberships = new Set([
  'FENCED_INSTANCE_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
]);

/** What went wrong in Kafka, its client or our adapter; undefined for errors that are none of theirs. */
export const judgeKafka = (error: unknown): Verdict => {
  const code = textOf(error, 'code');
  if (code === 'KAFKA_UNAVAILABLE') return true;
  if (!code?.startsWith('PLT_KFK_')) return undefined;
  if (code === 'PLT_KFK_PROTOCOL') return !faults.has(textOf(error, 'apiId') ?? '');
  // These two are made of others, which are judged one by one.
  if (code === 'PLT_KFK_RESPONSE' || code === 'PLT_KFK_MULTIPLE') return undefined;
  // A topic that this process has seen, or made, when it started.
  if (code === 'PLT_KFK_USER' && textOf(error, 'message')?.startsWith('Unknown topic')) return true;
  return infrastructure.has(code);
};

/** Errors that this one was made from. */
const within = (error: unknown): unknown[] =>
  [objectOf(error, 'cause'), ...listOf(error, 'errors')].filter((inner) => typeof inner === 'object' && inner !== null);

/** Whether a broker answered with one of these names, in this error or in one that it was made from, five levels deep. */
const answeredWith = (error: unknown, names: ReadonlySet<string>, depth = 5): boolean =>
  names.has(textOf(error, 'apiId') ?? '') ||
  (depth > 0 && within(error).some((inner) => answeredWith(inner, names, depth - 1)));

/** Whether a group has gone on without the member that asked: what it held may belong to another by now. */
export const isStaleMembership = (error: unknown): boolean =>
  error instanceof MembershipOver || answeredWith(error, staleMemberships);

/** Whether a topic that was to be made is there already. */
export const isTopicThere = (error: unknown): boolean => answeredWith(error, new Set(['TOPIC_ALREADY_EXISTS']));

/** What happened, in one line: the innermost errors say it best. */
export const reasonOf = (error: unknown): string => {
  const reasons = new Set<string>();
  const collect = (one: unknown, depth: number): void => {
    const inner = depth > 0 ? within(one) : [];
    if (inner.length === 0) reasons.add(textOf(one, 'message') ?? String(one));
    for (const each of inner) collect(each, depth - 1);
  };
  collect(error, 5);
  return [...reasons].join('; ').slice(0, 500);
};
