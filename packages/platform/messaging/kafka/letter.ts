import { createHash } from 'node:crypto';
import { topics } from '@shop/contracts/events.ts';
import Joi from 'joi';
import type { DeadLetter } from '../event-log.ts';
import { isUuid } from '../uuid.ts';
import { headersOf, type OutgoingRecord, type ReceivedRecord } from './cloud-event.ts';

/** A dead letter as a record: JSON under its own id. The burial's id tells a second burial from a repeated record. */
export const encodeLetter = (letter: DeadLetter, burialId: string): OutgoingRecord => ({
  key: letter.id,
  value: JSON.stringify({ ...letter, event: letter.event ?? null }),
  headers: { 'content-type': 'application/json', burial: burialId },
});

export interface Burial {
  /** The same whenever the record is read again. */
  id: string;
  letter: DeadLetter;
}

const letterSchema = Joi.object<Omit<DeadLetter, 'event'>, true>({
  id: Joi.string().guid({ separator: '-', wrapper: false }).required(),
  topic: Joi.string()
    .valid(...topics)
    .required(),
  group: Joi.string().required(),
  error: Joi.string().allow('').required(),
  at: Joi.string().isoDate().required(),
})
  .unknown()
  .required();

const parse = (value: Buffer | null): unknown => {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
};

/** A UUID (version 8) of a record that somebody else's tool has written, without a burial's id. */
const idOfRecord = ({ topic, partition, offset, value }: ReceivedRecord): string => {
  const hex = createHash('sha256').update(`${topic}/${partition}/${offset}/${value}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** The burial in a record; undefined when it is none. Never throws. */
export const decodeLetter = (record: ReceivedRecord): Burial | undefined => {
  const { value, error } = letterSchema.validate(parse(record.value), { convert: false });
  if (error) return undefined;
  const { id, topic, group, error: reason, at, event = null } = value as DeadLetter;
  const burialId = headersOf(record).get('burial') ?? '';
  return {
    id: isUuid(burialId) ? burialId : idOfRecord(record),
    letter: { id, topic, group, error: reason, at, event },
  };
};
