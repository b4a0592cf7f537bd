import { isInfrastructureFailure } from '../../failures/infrastructure.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { KafkaClients, TextProducer } from './clients.ts';
import type { OutgoingRecord } from './cloud-event.ts';
import { KafkaUnavailable, reasonOf } from './errors.ts';
import { within } from './within.ts';

/** What one request carries at most; a topic takes batches many times this big, so one long record passes as well. */
const requestRecords = 1_000;
const requestBytes = 512 * 1024;
/** For how long a request is repeated before its senders are told that it failed. */
const patienceMs = 8_000;

export interface Publisher {
  /** Resolves when all records are durable. When it rejects, some may be. */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
  /** Lets what was given to it go out, and closes. */
  close(): Promise<void>;
}

interface Parcel {
  topic: string;
  records: readonly OutgoingRecord[];
  bytes: number;
  sent: PromiseWithResolvers<void>;
}

const sizeOf = (records: readonly OutgoingRecord[]): number =>
  records.reduce((sum, { key, value }) => sum + Buffer.byteLength(value) + Buffer.byteLength(key) + 400, 0);

/** A parcel in pieces that each fit one request; a record that doesn't is a piece of its own. */
const inPieces = (records: readonly OutgoingRecord[]): OutgoingRecord[][] => {
  const pieces: OutgoingRecord[][] = [[]];
  let room = requestBytes;
  for (const record of records) {
    const bytes = sizeOf([record]);
    const last = pieces.at(-1) as OutgoingRecord[];
    if (last.length > 0 && (bytes > room || last.length === requestRecords)) {
      pieces.push([record]);
      room = requestBytes - bytes;
    } else {
      last.push(record);
      room -= bytes;
    }
  }
  return pieces;
};

/**
 * Sends records with an idempotent producer, acknowledged by all replicas in sync. One request is in flight, and what
 * is given meanwhile makes up the next: so batches grow with the load, and no failure can turn the order of two
 * records of a key around. (With several in flight, one that failed may be repeated behind the next one.)
 *
 * A producer repeats what failed under the same sequence numbers, so it is stored once. One that gave up is replaced, so
 * that it repeats nothing among what its successor sends; whoever sends that again may store it twice.
 */
export const createPublisher = ({
  clients,
  clock,
  logger,
}: {
  clients: KafkaClients;
  clock: Clock;
  logger: Logger;
}): Publisher => {
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

  /** As many of those that wait as fit one request, and one at least. */
  const nextParcels = (): Parcel[] => {
    let [records, bytes, count] = [0, 0, 0];
    for (const parcel of waiting) {
      records += parcel.records.length;
      bytes += parcel.bytes;
      if (count > 0 && (records > requestRecords || bytes > requestBytes)) break;
      count += 1;
    }
    return waiting.splice(0, count);
  };

  const pump = async (): Promise<void> => {
    while (waiting.length > 0) {
      const parcels = nextParcels();
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
      if (records.length === 0) return;
      // One after the other: behind a piece that failed nothing of the same key may go out.
      for (const piece of inPieces(records)) {
        if (closed) throw new KafkaUnavailable('The event log is closed');
        const sent = Promise.withResolvers<void>();
        waiting.push({ topic, records: piece, bytes: sizeOf(piece), sent });
        pumping ??= pump();
        await sent.promise;
      }
    },
    async close() {
      closed = true;
      await pumping;
      await producer?.close(true);
    },
  };
};
