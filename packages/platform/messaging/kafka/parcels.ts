import type { OutgoingRecord } from './cloud-event.ts';

/** What one request carries at most; a topic takes batches many times this big, so one long record passes as well. */
const requestRecords = 1_000;
const requestBytes = 512 * 1024;
/** About what a record's headers and frame take. */
const frameBytes = 400;

/** Records on their way that arrive together, or fail together. */
export interface Parcel {
  topic: string;
  records: readonly OutgoingRecord[];
  bytes: number;
  sent: PromiseWithResolvers<void>;
}

const sizeOf = ({ key, value }: OutgoingRecord): number =>
  Buffer.byteLength(value) + Buffer.byteLength(key) + frameBytes;

/** Records in parcels that each fit one request; a record that doesn't is a parcel of its own. */
export const inParcels = (topic: string, records: readonly OutgoingRecord[]): Parcel[] => {
  const parcels: (Parcel & { records: OutgoingRecord[] })[] = [];
  for (const record of records) {
    const bytes = sizeOf(record);
    const last = parcels.at(-1);
    if (last && last.bytes + bytes <= requestBytes && last.records.length < requestRecords) {
      last.records.push(record);
      last.bytes += bytes;
    } else {
      parcels.push({ topic, records: [record], bytes, sent: Promise.withResolvers<void>() });
    }
  }
  return parcels;
};

/** Takes from the front as many parcels as fit one request, and one at least. */
export const takeTogether = (waiting: Parcel[]): Parcel[] => {
  let [records, bytes, count] = [0, 0, 0];
  for (const parcel of waiting) {
    records += parcel.records.length;
    bytes += parcel.bytes;
    if (count > 0 && (records > requestRecords || bytes > requestBytes)) break;
    count += 1;
  }
  return waiting.splice(0, count);
};
