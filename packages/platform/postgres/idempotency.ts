import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Queries } from './postgres.ts';

export interface IdempotentRequest {
  userId: string;
  /** The Idempotency-Key header. */
  key: string;
  /** A hash of what was asked: the route and the body. */
  requestHash: string;
  now: Date;
}

type KeyReused = Refusal<'IDEMPOTENCY_KEY_REUSED'>;

const claimKey = {
  name: 'idempotency_claim',
  text: `insert into idempotency_keys (user_id, key, request_hash, at) values ($1, $2, $3, $4)
         on conflict (user_id, key) do nothing returning key`,
};
const readReply = {
  name: 'idempotency_read',
  text: 'select request_hash as "requestHash", reply from idempotency_keys where user_id = $1 and key = $2',
};
const keepReply = {
  name: 'idempotency_keep',
  text: 'update idempotency_keys set reply = $3 where user_id = $1 and key = $2',
};
const freeKey = {
  name: 'idempotency_free',
  text: 'delete from idempotency_keys where user_id = $1 and key = $2',
};

/**
 * Runs `effect` once per user and key, and answers a repeat with the first reply, in the transaction that the effect
 * belongs to: both are kept or neither. A request that comes while the first is under way waits for its end. A refusal
 * uses up no key: the same request may succeed later.
 *
 * @returns the reply of `effect` (JSON), or `IDEMPOTENCY_KEY_REUSED` when the key was used for another request
 */
export const once = async <T>(
  tx: Pick<Queries<never>, 'query'>,
  { userId, key, requestHash, now }: IdempotentRequest,
  effect: () => Promise<T>,
): Promise<T | KeyReused> => {
  const claimed = await tx.query({ ...claimKey, values: [userId, key, requestHash, now] });
  if (claimed.length === 0) {
    const [first] = await tx.query<{ requestHash: string; reply: T }>({ ...readReply, values: [userId, key] });
    // Nobody deletes the key of a request that succeeded, except long after.
    if (!first) throw new Error('An idempotency key vanished while it was used');
    return first.requestHash === requestHash ? first.reply : refuse('IDEMPOTENCY_KEY_REUSED');
  }
  const reply = await effect();
  if (isRefusal(reply)) await tx.query({ ...freeKey, values: [userId, key] });
  else await tx.query({ ...keepReply, values: [userId, key, JSON.stringify(reply ?? null)] });
  return reply;
};

/** Forgets the replies to requests from before `olderThan`, the oldest first, at most `limit`; answers how many. */
export const pruneKeys = async (
  pg: Pick<Queries<unknown>, 'query'>,
  olderThan: Date,
  limit: number,
): Promise<number> => {
  const rows = await pg.query({
    text: `
      delete from idempotency_keys where (user_id, key) in (
        select user_id, key from idempotency_keys where at < $1 order by at limit $2 for update skip locked
      ) returning key`,
    values: [olderThan, limit],
  });
  return rows.length;
};
