import { isRefusal } from '@shop/contracts/problems.ts';
import { memoryLive } from '@shop/platform/coordination/memory-live.ts';
import { countingIds, type ManualClock, manualClock } from '@shop/platform/testing/time.ts';
import { describe, expect, it } from 'vitest';
import type { LabShop, Run } from './runs.ts';
import { shareRuns } from './shared-runs.ts';

/** A shop in which one buyer gets the one unit there is, as soon as `open` is called. */
const smallShop = () => {
  const gate = Promise.withResolvers<void>();
  let onHand = 1;
  const shop: LabShop = {
    newSku: async () => ({ sku: 'LAB-1', productId: 'lab-1' }),
    unlist: async () => {},
    setUnits: async () => undefined,
    newVoucher: async () => 'LAB-V',
    fillCart: async () => {},
    async checkout() {
      await gate.promise;
      onHand = 0;
      return { kind: 'completed', saga: { id: 'saga-1' } } as Awaited<ReturnType<LabShop['checkout']>>;
    },
    stockOf: async () => ({ onHand, reserved: 0 }),
    usesOf: async () => 0,
    isCartLocked: async () => false,
  };
  return { shop, open: gate.resolve };
};

const one = { new: true, buyers: 1, units: 1 } as const;
const ids = countingIds();

const openReplica = (live = memoryLive(), clock: ManualClock = manualClock()) => {
  const { shop, open } = smallShop();
  return { runs: shareRuns({ shop, clock, ids }, live), live, clock, open };
};

/** What has been told is heard by others a moment later. */
const heard = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

const started = async (replica: ReturnType<typeof openReplica>): Promise<Run> => {
  const run = await replica.runs.start(one);
  if (isRefusal(run)) throw new Error(run.code);
  await heard();
  return run;
};

describe('Runs of two replicas', () => {
  it('When one drives a run, then the other shows it from its start to its end, and begins none beside it', async () => {
    const first = openReplica();
    const second = openReplica(first.live, first.clock);
    const { id } = await started(first);
    expect(second.runs.find(id)).toMatchObject({ id, status: 'running', answered: 0 });
    expect(second.runs.list()).toHaveLength(1);
    expect(await second.runs.start(one)).toMatchObject({ code: 'INVALID_TRANSITION' });
    first.open();
    await heard();
    first.clock.advance(200);
    await heard();
    expect(second.runs.find(id)).toMatchObject({ status: 'finished', orders: 1, checkouts: ['saga-1'] });
    expect(first.runs.list()).toEqual(second.runs.list());
  });

  it('When one is started later, then it asks for what it has missed', async () => {
    const first = openReplica();
    const { id } = await started(first);
    const late = openReplica(first.live, first.clock);
    await heard();
    expect(late.runs.find(id)).toMatchObject({ id, status: 'running' });
  });

  it('When the one that drives a run falls silent, then the run is over, and another one can begin', async () => {
    const first = openReplica();
    const clock = manualClock();
    const second = openReplica(first.live, clock);
    const { id } = await started(first);
    clock.advance(29_000);
    expect(second.runs.find(id)).toMatchObject({ status: 'running', finishedAt: null });
    // It was asked, and has answered.
    await heard();
    clock.advance(29_000);
    expect(second.runs.find(id)).toMatchObject({ status: 'running', finishedAt: null });
    clock.advance(1_000);
    expect(second.runs.find(id)).toMatchObject({ status: 'failed' });
    expect(isRefusal(await second.runs.start(one))).toBe(false);
  });
});
