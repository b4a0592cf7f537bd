import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';
import { type Loop, startLoop } from '../lifecycle/loop.ts';
import type { Queries } from '../postgres/postgres.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';
import type { Deliver } from './event-log.ts';
import { relaxed } from './relaxed.ts';

/** The most events in one delivery. */
const batchSize = 200;
/** The safety net under the nudges: events that another process appended. */
const pollMs = 1_000;

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

export interface MemberOptions {
  pg: Pick<Queries<unknown>, 'query'>;
  group: string;
  topic: Topic;
  /** Tells this member from all others. */
  owner: string;
  deliver: Deliver;
  /** How long a batch is kept for a member that fell silent. */
  leaseMs: number;
  clock: Clock;
  logger: Logger;
}

interface MessageRow {
  position: number;
  event: AnyShopEvent;
}

/** One member's reading of one topic: a batch at a time, its offset stored after its effect. */
export const startMember = (options: MemberOptions): Loop => {
  const { pg, group, topic, owner, deliver, leaseMs, clock, logger } = options;
  const me = [group, topic, owner];
  const lease = leaseMs / 1000;

  /** Keeps the batch while it is being handled; ends `lost` when another member has it all the same. */
  const keepBatch = async (done: AbortSignal, lost: AbortController): Promise<void> => {
    for (;;) {
      await clock.sleep(leaseMs / 3, done);
      if (done.aborted) return;
      try {
        const kept = await pg.query({ name: 'log-renew', text: renewBatch, values: [...me, lease] });
        if (kept.length === 0) return lost.abort();
      } catch (error) {
        logger.warn({ err: error, group, topic }, 'could not prolong the hold on a batch');
      }
    }
  };

  const handle = async (events: AnyShopEvent[], stopping: AbortSignal): Promise<void> => {
    const done = new AbortController();
    const lost = new AbortController();
    const keeping = keepBatch(done.signal, lost);
    try {
      await deliver(events, AbortSignal.any([stopping, lost.signal]), topic);
    } finally {
      done.abort();
      await keeping;
    }
  };

  /** So that another member, or this one after its pause, need not wait for the lease to end. */
  const giveBack = async (): Promise<void> => {
    try {
      await pg.query({ name: 'log-finish', text: finishBatch, values: [...me, 0] });
    } catch (error) {
      logger.debug({ err: error, group, topic }, 'a batch stays held until its lease ends');
    }
  };

  return startLoop({
    name: `${group} reads ${topic}`,
    everyMs: pollMs,
    clock,
    logger,
    async work(stopping) {
      const values = [...me, lease, batchSize];
      const rows = await pg.query<MessageRow>({ name: 'log-take', text: takeBatch, values });
      const last = rows.at(-1);
      if (!last) return false;
      try {
        await handle(
          rows.map(({ event }) => event),
          stopping,
        );
      } catch (error) {
        await giveBack();
        throw error;
      }
      await pg.query({ name: 'log-finish', text: finishBatch, values: [...me, last.position] });
      return rows.length === batchSize;
    },
  });
};
