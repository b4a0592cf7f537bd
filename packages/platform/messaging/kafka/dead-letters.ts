import { isRefusal } from '@shop/contracts/problems.ts';
import type { Postgres } from '../../postgres/postgres.ts';
import type { Clock } from '../../time/clock.ts';
import type { Ids } from '../../time/ids.ts';
import { type DeadLetters, nothingToSend } from '../dead-letters.ts';
import { findReplayable, markReplayed, readDeadLetters } from '../postgres-dead-letters.ts';
import type { LogTables } from '../postgres-log-tables.ts';
import { encodeReplay } from './cloud-event.ts';
import type { KafkaEventLog } from './kafka-log.ts';

export interface KafkaDeadLettersOptions {
  log: Pick<KafkaEventLog, 'publisher' | 'names'>;
  pg: Postgres<LogTables>;
  clock: Clock;
  ids: Ids;
}

/**
 * The dead letters of a log in Kafka, as the journal has collected them.
 *
 * A replay is sent first and noted then. A crash in between leaves the letter open, and whoever sends it once more
 * changes nothing: a replay takes effect once for each burial (see inbox.ts). The other way round it would be lost. The
 * note is made only if the letter has not been buried again meanwhile, as it is at once when the replay fails as well.
 */
export const kafkaDeadLetters = ({ log, pg, clock, ids }: KafkaDeadLettersOptions): DeadLetters => {
  /** Those who press the button while it is being sent wait for that. */
  const underWay = new Map<string, ReturnType<DeadLetters['replay']>>();

  const send: DeadLetters['replay'] = async (id) => {
    const now = clock.now();
    const found = await findReplayable(pg, id, now);
    if (isRefusal(found)) return found;
    const { letter, event } = found;
    if (letter.replayedAt !== undefined) return { ok: true };
    const record = encodeReplay(event, { group: letter.group, deliveryId: ids.uuid() });
    if (!record) return nothingToSend();
    await log.publisher.send(log.names.events(letter.topic), [record]);
    await markReplayed(pg, { id: letter.id, burials: letter.burials, now });
    return { ok: true };
  };

  return {
    ...readDeadLetters(pg),
    replay(id) {
      const sending = underWay.get(id) ?? send(id).finally(() => underWay.delete(id));
      underWay.set(id, sending);
      return sending;
    },
  };
};
