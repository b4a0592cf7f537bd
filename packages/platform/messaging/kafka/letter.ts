import type { DeadLetter } from '../event-log.ts';
import type { OutgoingRecord } from './cloud-event.ts';

/** A dead letter as a record: JSON under its own id. The burial's id tells a second burial from a repeated record. */
export const encodeLetter = (letter: DeadLetter, burialId: string): OutgoingRecord => ({
  key: letter.id,
  value: JSON.stringify({ ...letter, event: letter.event ?? null }),
  headers: { 'content-type': 'application/json', burial: burialId },
});
