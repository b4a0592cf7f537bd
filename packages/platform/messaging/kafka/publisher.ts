import { isInfrastructureFailure } from '../../failures/infrastructure.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { KafkaClients, TextProducer } from './clients.ts';
import type { OutgoingRecord } from './cloud-event.ts';
import { KafkaUnavailable, reasonOf } from './errors.ts';
import { inParcels, type Parcel, takeTogether } from './parcels.ts';
import { within } from './within.ts';

/** For how long a request is repeated before its senders are told that it failed. */
const patienceMs = 8_000;

export interface Publisher {
  /** Resolves when all records are durable. When it rejects, some may be. */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /** Lets what was given to it go out, and closes. */
  close(): Promise<void>;
}

/**
 * Sends records with an idempotent producer, acknowledged by all replicas in sync. One request is in flight, and what
 * is given meanwhile makes up the next: so batches grow with the load, and no failure can turn the order of two
 * records of a key around. (With several in flight, one that failed may be repeated behind the next one.)
 *
 * A producer repeats what failed under the same sequence numbers, so it is stored once. One that gave up is replaced, so
 * that it repeats nothing among what its successor sends; whoever sends that again may store it twice.
 */
export const createPublisher = (options: { clients: KafkaClients; clock: Clock; logger: Logger }): Publisher => {
  const { clients, clock, logger } = options;
  const waiting: Parcel[] = [];
  let producer: TextProducer | undefined;
  let pumping: Promise<void> | undefined;
  let closed = false;

  const discard = () => {
    producer?.close(true).catch((error) => logger.debug({ err: error }, 'a producer did not close in order'));
    producer = undefined;
  };

  const request = async (parcels: readonly Parcel[]): Promise<void> => {
    producer ??= clients.producer();
    const messages = parcels.flatMap(({ topic, records }) => records.map((record) => ({ topic, ...record })));
    await within(clock, patienceMs, 'an acknowledgement', producer.send({ messages }));
  };

  const pump = async (): Promise<void> => {
    while (waiting.length > 0) {
      const parcels = takeTogether(waiting);
      try {
        await request(parcels);
        for (const { sent } of parcels) sent.resolve();
      } catch (error) {
        discard();
        const failure = `Kafka did not take the records: ${reasonOf(error)}`;
        const told = isInfrastructureFailure(error) ? new KafkaUnavailable(failure, { cause: error }) : error;
        for (const { sent } of parcels) sent.reject(told);
      }
    }
    pumping = undefined;
  };

  return {
    async send(topic, records) {
      // One after the other: behind a parcel that failed nothing of the same key may go out.
      for (const parcel of inParcels(topic, records)) {
        if (closed) throw new KafkaUnavailable('The event log is closed');
        waiting.push(parcel);
        pumping ??= pump();
        await parcel.sent.promise;
      }
    },
    async close() {
      closed = true;
      await pumping;
      await producer?.close(true);
    },
  };
};
