import { type Model, type PipelineStage, trusted } from 'mongoose';
import { shardCount } from '../messaging/shards.ts';
import type { Mongo } from './mongo.ts';
import { schemaOf } from './schema.ts';

/** Which relay sends which shard. Leases are judged by the database's clock alone. */
export interface Lease {
  /** The shard. */
  _id: number;
  owner: string | null;
  until: Date | null;
}

// A lease that a crash takes back is taken again: nothing needs to wait for the disk.
const schema = schemaOf<Lease>({ _id: Number, owner: String, until: Date }, { writeConcern: { w: 1, j: false } });

export const leasesIn = (mongo: Mongo): Model<Lease> => mongo.collection('outbox_leases', schema);

export interface Leases {
  /** The shards that are the owner's now, after it took those that are free or lapsed and prolonged its own in time. */
  held(): Promise<number[]>;
  /** Gives all of them up. */
  release(): Promise<void>;
}

/** One relay's leases. Whoever asks first gets them. */
export const createLeases = (leases: Model<Lease>, owner: string, leaseMs: number): Leases => {
  const after = (amount: number) => ({ $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount } });
  const lapsed = { $lte: [{ $ifNull: ['$until', new Date(0)] }, '$$NOW'] };
  const mine = { $and: [{ $eq: ['$owner', owner] }, { $gt: ['$until', '$$NOW'] }] };
  // After a third of its time a lease is prolonged.
  const due = { $and: [mine, { $lte: ['$until', after(Math.floor((leaseMs * 2) / 3))] }] };
  const wanted = { $or: [lapsed, due] };

  const look: PipelineStage[] = [{ $project: { mine, wanted } }];
  const read = () => leases.aggregate<{ _id: number; mine: boolean; wanted: boolean }>(look).readConcern('local');

  /** Each lease is one guarded write: of relays that want the same at once, one gets it. */
  const take = () =>
    leases.updateMany({ $expr: trusted(wanted) }, [{ $set: { owner, until: after(leaseMs) } }], {
      updatePipeline: true,
    });

  const makeMissing = () =>
    leases.bulkWrite(
      Array.from({ length: shardCount }, (_, shard) => ({
        updateOne: { filter: { _id: shard }, update: { $setOnInsert: { owner: null, until: null } }, upsert: true },
      })),
      { ordered: false, throwOnValidationError: true },
    );

  return {
    async held() {
      let rows = await read();
      if (rows.length < shardCount) {
        await makeMissing();
        rows = await read();
      }
      if (rows.some(({ wanted }) => wanted)) {
        await take();
        rows = await read();
      }
      return rows.filter(({ mine }) => mine).map(({ _id }) => _id);
    },
    async release() {
      await leases.updateMany({ owner }, { $set: { owner: null, until: null } });
    },
  };
};
