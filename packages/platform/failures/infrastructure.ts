import { judgeKafka } from '../messaging/kafka/errors.ts';
import { judgeMongo } from '../mongo/errors.ts';
import { judgePostgres } from '../postgres/errors.ts';
import { judgeHttp } from './http.ts';
import { judgeRedis } from './redis.ts';
import { listOf, objectOf, textOf, type Verdict } from './traits.ts';

/** What Node says of a connection, whoever held it. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
]);

const judgeSocket = (error: unknown): Verdict => socketCodes.has(textOf(error, 'code') ?? '') || undefined;

/** A Problem, of whatever kind, that says UNAVAILABLE: whoever threw it has found out already. Any other is a refusal. */
const judgeProblem = (error: unknown): Verdict => {
  const code = textOf(objectOf(error, 'refusal'), 'code');
  return code === undefined ? undefined : code === 'UNAVAILABLE';
};

/** The first that knows an error decides. */
const judges = [judgeProblem, judgeSocket, judgePostgres, judgeMongo, judgeKafka, judgeHttp, judgeRedis];

const isInfrastructure = (error: unknown, depth: number): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  for (const judge of judges) {
    const verdict = judge(error);
    if (verdict !== undefined) return verdict;
  }
  // Errors that this one was made from; a bulk write of MongoDB keeps its own in `errorResponse`.
  const within = [objectOf(error, 'cause'), objectOf(error, 'errorResponse'), ...listOf(error, 'errors')];
  return depth > 0 && within.some((inner) => isInfrastructure(inner, depth - 1));
};

/**
 * Whether a server, or the way to it, failed: the same work may succeed later, and what it did is unknown. Knows
 * PostgreSQL's, MongoDB's, Kafka's and Redis's errors, those of commands over HTTP, and `Problem`s that say
 * UNAVAILABLE. Errors wrapped in a `cause` or an AggregateError count, five levels deep. Takes whatever was thrown and
 * never throws itself.
 */
export const isInfrastructureFailure = (error: unknown): boolean => isInfrastructure(error, 5);
