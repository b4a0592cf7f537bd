import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { IdempotentRequest } from '../postgres/idempotency.ts';
import type { MemoryTable } from './database.ts';

/** An answer to a request with an Idempotency-Key, as JSON. */
interface KeptReply {
  requestHash: string;
  reply: string;
}

/** The answers of a service by user and key. */
export type MemoryKeys = MemoryTable<string, KeptReply>;

/** `once` of ../postgres/idempotency.ts, within a step of a database in memory. */
export const onceInMemory = <T>(
  keys: MemoryKeys,
  { userId, key, requestHash }: IdempotentRequest,
  effect: () => T,
): T | Refusal<'IDEMPOTENCY_KEY_REUSED'> => {
  const name = JSON.stringify([userId, key]);
  const first = keys.get(name);
  if (first) return first.requestHash === requestHash ? JSON.parse(first.reply) : refuse('IDEMPOTENCY_KEY_REUSED');
  const reply = effect();
  if (!isRefusal(reply)) keys.set(name, { requestHash, reply: JSON.stringify(reply ?? null) });
  return reply;
};
