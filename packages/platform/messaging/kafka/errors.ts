/**
 * What went wrong between us and Kafka, told apart by codes. These functions take whatever was thrown and never throw
 * themselves.
 */

/** Kafka was not there, or did not do in time what it was asked; whether it did it all the same is unknown. */
export class KafkaUnavailable extends Error {
  readonly code = 'KAFKA_UNAVAILABLE';
}

/** Codes of the client that speak of the way to the brokers, or of a client that lost its thread and is replaced. */
const clientCodes = new Set([
  'KAFKA_UNAVAILABLE',
  'PLT_KFK_NETWORK',
  'PLT_KFK_TIMEOUT',
  'PLT_KFK_AUTHENTICATION',
  'PLT_KFK_UNEXPECTED_CORRELATION_ID',
  'PLT_KFK_UNFINISHED_WRITE_BUFFER',
]);

/** Answers of a broker that speak of what was asked, not of the cluster: they would be the same tomorrow. */
const ownFaults = new Set([
  'CORRUPT_MESSAGE',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_RECORD',
  'INVALID_REQUEST',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'UNSUPPORTED_VERSION',
]);

/** Answers to one that is no longer, or not yet again, the member of its group that it says it is. */
const staleMemberships = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
]);

interface Traits {
  code: unknown;
  /** The broker's name for its answer. */
  apiId: unknown;
  message: unknown;
  /** Errors that this one was made from. */
  within: unknown[];
}

const traitsOf = (error: unknown): Traits | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    const { code, apiId, message, cause, errors } = error as Record<string, unknown>;
    return { code, apiId, message, within: [cause, ...(Array.isArray(errors) ? errors : [])] };
  } catch {
    return undefined; // a foreign error whose properties throw
  }
};

/** Whether this error, or one that it was made from, five levels deep, has the trait. */
const has = (error: unknown, trait: (traits: Traits) => boolean, depth = 5): boolean => {
  const traits = traitsOf(error);
  if (!traits) return false;
  return trait(traits) || (depth > 0 && traits.within.some((inner) => has(inner, trait, depth - 1)));
};

const isFromElsewhere = ({ code, apiId, message }: Traits): boolean => {
  if (code === 'PLT_KFK_PROTOCOL') return !ownFaults.has(String(apiId));
  // A topic that this process has seen, or made, at its start.
  if (code === 'PLT_KFK_USER') return String(message).startsWith('Unknown topic');
  return clientCodes.has(String(code));
};

/** Whether Kafka, or the way to it, failed: the same work may succeed later, and what it did is unknown. */
export const isKafkaFailure = (error: unknown): boolean => has(error, isFromElsewhere);

/** Whether a group has gone on without the member that asked: what it held may belong to another by now. */
export const isStaleMembership = (error: unknown): boolean =>
  has(error, ({ apiId }) => staleMemberships.has(String(apiId)));

/** Whether the broker answered with this name of an error, such as `TOPIC_ALREADY_EXISTS`. */
export const isAnswer = (error: unknown, name: string): boolean => has(error, ({ apiId }) => apiId === name);

/** What happened, in one line: the innermost errors say it best. */
export const reasonOf = (error: unknown): string => {
  const reasons = new Set<string>();
  const collect = (one: unknown, depth: number): void => {
    const { message, within } = traitsOf(one) ?? { message: one, within: [] };
    const inner = depth > 0 ? within.filter((each) => traitsOf(each)) : [];
    if (inner.length === 0) reasons.add(String(message));
    for (const each of inner) collect(each, depth - 1);
  };
  collect(error, 5);
  return [...reasons].join('; ').slice(0, 500);
};
