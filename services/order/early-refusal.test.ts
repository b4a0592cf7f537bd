import type { InventoryCommands } from '@shop/contracts/commands.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { manualClock } from '@shop/platform/testing/time.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import { createEarlyRefusals } from './early-refusal.ts';

const command = { sagaId: 's', orderId: 'o', userId: 'ada', notAfter: '2030-01-01T00:00:00.000Z', lines: [] };

/** A shop with one SKU; `left` is what can be had of it. */
const arrange = (clock = systemClock) => {
  const shop = { left: 0, reads: 0, away: false };
  const early = createEarlyRefusals({
    cart: { demandOf: async () => ({ lines: [{ sku: 'MUG', quantity: 2 }] }) },
    inventory: {
      async availableOf({ skus }) {
        shop.reads += 1;
        if (shop.away) throw new Error('gone');
        return { stock: skus.map((sku) => ({ sku, available: shop.left })) };
      },
    },
    clock,
  });
  const inventory: InventoryCommands = early.noting({
    reserve: async () => ({ ...refuse('OUT_OF_STOCK'), errors: [{ sku: 'MUG', requested: 2, available: shop.left }] }),
  });
  return { shop, early, soldOut: () => inventory.reserve(command) };
};

describe('An early refusal', () => {
  it('When nothing was short lately, then nobody is asked', async () => {
    const { shop, early } = arrange();
    expect(await early.look('ada')).toBeUndefined();
    expect(shop.reads).toBe(0);
  });

  it('When a SKU of the cart was short, then the stock of now refuses, saying how much there is', async () => {
    const { shop, early, soldOut } = arrange();
    await soldOut();
    shop.left = 1;
    expect(await early.look('ada')).toEqual(
      refuse('OUT_OF_STOCK', { errors: [{ sku: 'MUG', requested: 2, available: 1 }] }),
    );
  });

  it('When the stock is back, then nobody is refused for what was', async () => {
    const { shop, early, soldOut } = arrange();
    await soldOut();
    expect(await early.look('ada')).toBeDefined();
    shop.left = 2;
    expect(await early.look('ada')).toBeUndefined();
  });

  it('When many look at the same moment, then the stock is read once for all of them', async () => {
    const { shop, early, soldOut } = arrange();
    await soldOut();
    const refusals = await Promise.all(Array.from({ length: 50 }, () => early.look('ada')));
    expect(refusals.every((refusal) => refusal?.code === 'OUT_OF_STOCK')).toBe(true);
    expect(shop.reads).toBe(1);
  });

  it('When stock can not be read, then the checkout is let on', async () => {
    const { shop, early, soldOut } = arrange();
    await soldOut();
    shop.away = true;
    expect(await early.look('ada')).toBeUndefined();
  });

  it('When a shortage is long ago, then nobody is asked any more', async () => {
    const clock = manualClock();
    const { shop, early, soldOut } = arrange(clock);
    await soldOut();
    clock.advance(60_000);
    expect(await early.look('ada')).toBeUndefined();
    expect(shop.reads).toBe(0);
  });
});
