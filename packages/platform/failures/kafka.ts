import { textOf, type Verdict } from './traits.ts';

/** Codes of @platformatic/kafka that speak of brokers and connections. */
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

/** What went wrong in Kafka or its client. */
export const judgeKafka = (error: unknown): Verdict => {
  const code = textOf(error, 'code');
  if (!code?.startsWith('PLT_KFK_')) return undefined;
  if (code === 'PLT_KFK_PROTOCOL') return !faults.has(textOf(error, 'apiId') ?? '');
  // These two are made of others, which are judged one by one.
  if (code === 'PLT_KFK_RESPONSE' || code === 'PLT_KFK_MULTIPLE') return undefined;
  return infrastructure.has(code);
};
