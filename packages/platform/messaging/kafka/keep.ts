import { envelopeSchema } from '@shop/contracts/event-schemas.ts';
import type { Topic } from '@shop/contracts/events.ts';
import { isInfrastructureFailure } from '../../failures/infrastructure.ts';
import { grouped } from '../../grouping/grouped.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import { append, type Message } from '../postgres-append.ts';
import { bury } from '../postgres-dead-letters.ts';
import type { LogTables } from '../postgres-log-tables.ts';
import { isUuid } from '../uuid.ts';
import { decodeEvent, deliveryIdOf, type ReceivedRecord } from './cloud-event.ts';
import { reasonOf } from './errors.ts';
import { decodeLetter } from './letter.ts';

/** What a partition of a topic delivers. */
export interface Batch {
  topic: Topic;
  messages: readonly Message[];
}

export interface KeepOptions {
  pg: Postgres<LogTables>;
  records: readonly ReceivedRecord[];
  logger: Logger;
}

/** So many batches at a time: a few thousand messages where all are full. */
const mostBatches = 32;

/**
 * Appends what partitions deliver at the same time together, topic by topic: all are gathered for as long, and a commit
 * for each of them would keep every processor busy at once. Where a topic fails after another is done, all are done
 * alone; what is there already is not appended again.
 */
export const appendTogether = (pg: Postgres<LogTables>, clock: Pick<Clock, 'now'>): ((batch: Batch) => Promise<void>) =>
  grouped<Batch, void>({
    most: mostBatches,
    async run(batches) {
      for (const [topic, some] of Map.groupBy(batches, (batch) => batch.topic))
        await append(
          pg,
          topic,
          some.flatMap(({ messages }) => messages),
          clock.now(),
        );
      return batches.map(() => undefined);
    },
  });

const placeOf = ({ topic, partition, offset }: ReceivedRecord) => ({ topic, partition, offset: String(offset) });

/** Runs `keep`, and passes by what PostgreSQL doesn't take, such as a NUL in a text. Infrastructure failures are thrown. */
const orPassBy = async (record: ReceivedRecord, logger: Logger, keep: () => Promise<void>): Promise<void> => {
  try {
    await keep();
  } catch (error) {
    if (isInfrastructureFailure(error)) throw error;
    logger.warn(
      { ...placeOf(record), reason: reasonOf(error) },
      'the journal has no room for a record: it is left out',
    );
  }
};

/** The event as the journal keeps it; undefined for what has not the attributes of one. */
const messageOf = (record: ReceivedRecord): Message | undefined => {
  const event = decodeEvent(record);
  const deliveryId = deliveryIdOf(record) ?? '';
  const { error } = envelopeSchema.validate(event, { convert: false });
  return error || !isUuid(deliveryId) ? undefined : { deliveryId: deliveryId.toLowerCase(), event };
};

/**
 * Copies a topic's events into the journal by `append`, which does so for all of a batch or for none. What is there
 * already is not copied again; what is no event is left out.
 */
export const keepEvents = async (
  topic: Topic,
  append: (batch: Batch) => Promise<void>,
  { records, logger }: Omit<KeepOptions, 'pg'>,
): Promise<void> => {
  const found = records.flatMap((record) => {
    const message = messageOf(record);
    if (!message) logger.debug(placeOf(record), 'a record is no event: the journal leaves it out');
    return message ? [{ record, message }] : [];
  });
  try {
    await append({ topic, messages: found.map(({ message }) => message) });
  } catch (error) {
    if (isInfrastructureFailure(error)) throw error;
    // One of them is not taken: alone, the others are.
    for (const { record, message } of found)
      await orPassBy(record, logger, () => append({ topic, messages: [message] }));
  }
};

/** Copies dead letters to where people find them. A burial that was copied before changes nothing. */
export const keepLetters = async ({ pg, records, logger }: KeepOptions): Promise<void> => {
  for (const record of records) {
    const burial = decodeLetter(record);
    if (burial) await orPassBy(record, logger, () => bury(pg, burial.letter, burial.id));
    else logger.warn(placeOf(record), 'a record among the dead letters is none: it is left out');
  }
};
