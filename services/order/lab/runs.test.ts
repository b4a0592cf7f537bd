import { isRefusal, refuse } from '@shop/contracts/problems.ts';
import { countingIds } from '@shop/platform/testing/time.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import type { CheckoutOutcome } from '../service.ts';
import { createRuns, type LabShop, type Run } from './runs.ts';

/** A shop whose answers to a buyer come one after the other; what is sold is what was answered as completed. */
const shopThatAnswers = (...kinds: CheckoutOutcome['kind'][]) => {
  let onHand = 1;
  const keys: string[] = [];
  const shop: LabShop = {
    newSku: async () => ({ sku: 'LAB-1', productId: 'lab-1' }),
    unlist: async () => {},
    setUnits: async () => undefined,
    newVoucher: async () => 'LAB-V',
    fillCart: async () => {},
    async checkout(_buyer, key) {
      keys.push(key);
      const kind = kinds.shift() ?? 'pending';
      if (kind === 'refused') return { kind, refusal: refuse('OUT_OF_STOCK') };
      if (kind === 'completed') onHand = 0;
      return { kind, saga: { id: 'saga-1' } } as CheckoutOutcome;
    },
    stockOf: async () => ({ onHand, reserved: 0 }),
    usesOf: async () => 0,
    isCartLocked: async () => onHand > 0,
  };
  return { shop, keys };
};

const raceOf = async (shop: LabShop): Promise<Run> => {
  const runs = createRuns({ shop, clock: systemClock, ids: countingIds() });
  const run = await runs.start({ new: true, buyers: 1, units: 1 });
  if (isRefusal(run)) throw new Error(run.code);
  while (run.finishedAt === null) await systemClock.sleep(5);
  return run;
};

describe('A race while services are busy', () => {
  it('When a look at the stock fails, then the race goes on, and the next look tells', async () => {
    const { shop } = shopThatAnswers('completed');
    let looks = 0;
    const busyAtFirst: LabShop = {
      ...shop,
      async stockOf(sku) {
        if (++looks === 1) throw new Error('busy');
        return shop.stockOf(sku);
      },
    };
    const { status, orders, invariants } = await raceOf(busyAtFirst);
    expect([status, orders, invariants.length]).toEqual(['finished', 1, 5]);
  });
});

describe('A race in which a step is broken', () => {
  it('When a checkout is held up, then its buyer asks again with the same key, and it counts as it ends', async () => {
    const { shop, keys } = shopThatAnswers('pending', 'pending', 'completed');
    expect(await raceOf(shop)).toMatchObject({ answered: 1, orders: 1, refusals: {}, checkouts: ['saga-1'] });
    expect(new Set(keys).size).toBe(1);
  });

  it('When it does not end in time, then what holds at rest is not judged', async () => {
    const { shop } = shopThatAnswers();
    const { status, orders, invariants } = await raceOf(shop);
    expect([status, orders]).toEqual(['finished', 0]);
    expect(invariants.map(({ name, holds }) => [name, holds])).toEqual([
      ['onHand ≥ reserved ≥ 0', true],
      ['uses ≤ limit', true],
      ['orders ≤ units', true],
    ]);
  });
});
