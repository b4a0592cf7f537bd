import { randomUUID } from 'node:crypto';
import type { CrashOrder } from '../../apps/embedded/crash-points.ts';
import { type Client, product, type Reply } from '../support/client.ts';
import type { Played, Recorder } from './kept.ts';
import type { Stand } from './stand.ts';

/** What does not change from one kill to the next. */
export interface Stage {
  stand: Stand;
  sku: string;
  soldOut: string;
}

/** Something that the shop does, with all the points that it passes. */
export interface Chapter {
  /** Reads on from "killed". */
  name: string;
  /** Plays it, with the order given where it begins; resolves also when the shop is killed under it. */
  play(stage: Stage, order: CrashOrder): Promise<Played>;
}

export const setStage = async (stand: Stand): Promise<Stage> => {
  const { sku } = await product(stand.seller, { stock: 10_000 });
  const { sku: soldOut } = await product(stand.seller, { stock: 0 });
  await stand.seller.post('/vouchers', { code: 'CRASH', type: 'percentage', value: 1000, scope: { kind: 'order' } });
  return { stand, sku, soldOut };
};

export const fill = async (buyer: Client, sku: string): Promise<void> => {
  await buyer.add(sku);
  await buyer.put('/cart/vouchers/CRASH');
};

export const buy = (buyer: Client, { repeatable }: Recorder): Promise<Reply> => {
  const key = randomUUID();
  return repeatable(() => buyer.checkout({ key }));
};

/** Begins a checkout and does not wait for its end. */
export const begin = async (buyer: Client, { keep }: Recorder): Promise<string> => {
  const started = await keep(
    'the checkout was taken',
    () => buyer.checkout({ headers: { Prefer: 'respond-async' } }),
    async ({ body }) => ['completed', 'compensated'].includes((await buyer.get(`/checkouts/${body.id}`)).body.status),
  );
  return started.body.id;
};

export const breakStep = async ({ stand }: Stage, step: string, mode: 'fail' | 'lose' | 'slow'): Promise<void> => {
  await stand.seller.put('/lab/faults', { step, mode, seconds: 60 });
};

export const mendStep = async ({ stand }: Stage, step: string): Promise<void> => {
  await stand.seller.put('/lab/faults', { step, mode: 'fail', seconds: 0 });
};
