import type { AnyShopEvent } from '@shop/contracts/events.ts';
import type { Queries } from '../postgres/postgres.ts';
import type { Batches, Member } from './batches.ts';
import { relaxed } from './relaxed.ts';

/** Makes the places of a group in topics, at their first events, where there are none yet. */
const joinGroup = `
  insert into log_offsets (consumer_group, topic) select $1, unnest($2::text[])
  on conflict do nothing`;

/**
 * Takes the next batch for one member of a group, unless another one has a batch in hand. Nothing is written while
 * there is nothing to read. Messages become visible in the order of their positions, so nothing comes later below
 * what was read here.
 */
const takeBatch = `
  with ${relaxed},
  taken as (
    update log_offsets as o set owner = $3, until = now() + make_interval(secs => $4::float8)
    from relaxed
    where o.consumer_group = $1 and o.topic = $2
      and (o.owner is null or o.owner = $3 or o.until <= now())
      and exists (select from log_messages as m where m.topic = $2 and m.position > o.done)
    returning o.done
  )
  select m.position, m.event
  from taken join log_messages as m on m.topic = $2 and m.position > taken.done
  order by m.position
  limit $5`;

const renewBatch = `
  with ${relaxed}
  update log_offsets set until = now() + make_interval(secs => $4::float8)
  from relaxed
  where consumer_group = $1 and topic = $2 and owner = $3
  returning topic`;

/** Only the member that holds the batch moves the offset: one that was taken for dead can't move it back. */
const finishBatch = `
  with ${relaxed}
  update log_offsets set done = greatest(done, $4), owner = null, until = null
  from relaxed
  where consumer_group = $1 and topic = $2 and owner = $3
  returning topic`;

interface MessageRow {
  position: number;
  event: AnyShopEvent;
}

/** Batches out of the tables of a log, their leases judged by the database's clock. */
export const postgresBatches = (pg: Pick<Queries<unknown>, 'query'>, leaseMs: number): Batches => {
  const lease = leaseMs / 1000;
  const values = ({ group, topic, owner }: Member) => [group, topic, owner];
  return {
    async join(group, topics) {
      await pg.query({ name: 'log-join', text: joinGroup, values: [group, topics] });
    },
    take: (member, limit) =>
      pg.query<MessageRow>({ name: 'log-take', text: takeBatch, values: [...values(member), lease, limit] }),
    async keep(member) {
      const kept = await pg.query({ name: 'log-renew', text: renewBatch, values: [...values(member), lease] });
      return kept.length > 0;
    },
    async finish(member, position) {
      await pg.query({ name: 'log-finish', text: finishBatch, values: [...values(member), position] });
    },
  };
};
