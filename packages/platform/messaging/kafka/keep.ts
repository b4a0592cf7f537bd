import { envelopeSchema } from '@shop/contracts/event-schemas.ts';
import type { Topic } from '@shop/contracts/events.ts';
import { isInfrastructureFailure } from '../../failures/infrastructure.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { append, type Message } from '../postgres-append.ts';
import { bury } from '../postgres-dead-letters.ts';
import type { LogTables } from '../postgres-log-tables.ts';
import { isUuid } from '../uuid.ts';
import { decodeEvent, deliveryIdOf, type ReceivedRecord } from './cloud-event.ts';
import { reasonOf } from './errors.ts';
import { decodeLetter } from './letter.ts';

export interface KeepOptions {
  pg: Postgres<LogTables>;
  topic: Topic;
  records: readonly ReceivedRecord[];
  now: Date;
  logger: Logger;
}

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

/** Copies a topic's events into the journal. What is there already is not copied again; what is no event is left out. */
export const keepEvents = async ({ pg, topic, records, now, logger }: KeepOptions): Promise<void> => {
  const found = records.flatMap((record) => {
    const message = messageOf(record);
    if (!message) logger.debug(placeOf(record), 'a record is no event: the journal leaves it out');
    return message ? [{ record, message }] : [];
  });
  try {
    await append(
      pg,
      topic,
      found.map(({ message }) => message),
      now,
    );
  } catch (error) {
    if (isInfrastructureFailure(error)) throw error;
    // One of them is not taken: alone, the others are.
    for (const { record, message } of found) await orPassBy(record, logger, () => append(pg, topic, [message], now));
  }
};

/** Copies dead letters to where people find them. A burial that was copied before changes nothing. */
export const keepLetters = async ({ pg, records, logger }: Omit<KeepOptions, 'topic' | 'now'>): Promise<void> => {
  for (const record of records) {
    const burial = decodeLetter(record);
    if (burial) await orPassBy(record, logger, () => bury(pg, burial.letter, burial.id));
    else logger.warn(placeOf(record), 'a record among the dead letters is none: it is left out');
  }
};
