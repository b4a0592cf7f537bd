import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';
import type { Queries } from '../postgres/postgres.ts';

/**
 * Locks the topic's row by raising its head, takes positions below the new head and inserts: one statement, which
 * commits with the lock still held. Positions of events that are there already stay unused.
 */
const appendMessages = `
  with topic as (
    update log_topics set head = head + cardinality($2::uuid[]) where topic = $1
    returning head - cardinality($2::uuid[]) as base
  ),
  appended as (
    insert into log_messages (topic, position, delivery_id, key, event, at)
    select $1, topic.base + e.n, e.delivery_id, coalesce(e.event ->> 'key', ''), e.event, $4
    from topic, rows from (unnest($2::uuid[]), unnest($3::jsonb[])) with ordinality as e (delivery_id, event, n)
    on conflict (delivery_id, topic) do nothing
  )
  select base from topic`;

/** A message: an event on its way to a topic, for the first time (under its own id) or once more. */
export interface Message {
  deliveryId: string;
  event: unknown;
}

/** Appends messages to a topic, in order; one whose delivery id is there already is not appended again. */
export const append = async (
  pg: Pick<Queries<unknown>, 'query'>,
  topic: Topic,
  messages: readonly Message[],
  at: Date,
): Promise<void> => {
  if (messages.length === 0) return;
  const found = await pg.query({
    name: 'log-append',
    text: appendMessages,
    values: [
      topic,
      messages.map(({ deliveryId }) => deliveryId),
      messages.map(({ event }) => JSON.stringify(event)),
      at,
    ],
  });
  if (found.length === 0) throw new Error(`There is no topic ${topic}`);
};

export const asMessage = (event: AnyShopEvent): Message => ({ deliveryId: event.id, event });
