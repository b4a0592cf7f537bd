import type { MemoryTx } from '@shop/platform/memory/database.ts';
import type { Movement, Stock } from './domain.ts';
import type { InventoryStore } from './store.ts';
import type { MemoryInventoryDeps } from './tables.memory.ts';

type Reading = Pick<InventoryStore<MemoryTx>, 'stockOf' | 'stockByPrefix' | 'movementsOf'>;

const copy = (stock: Readonly<Stock>): Stock => ({ ...stock, updatedAt: new Date(stock.updatedAt) });
const bySku = (a: Stock, b: Stock): number => (a.sku < b.sku ? -1 : 1);

export const reading = ({ data: { stock, movements } }: Pick<MemoryInventoryDeps, 'data'>): Reading => ({
  stockOf: async (skus) =>
    [...new Set(skus)]
      .flatMap((sku) => stock.get(sku) ?? [])
      .map(copy)
      .sort(bySku),

  stockByPrefix: async (prefix, after, limit) =>
    [...stock.all()]
      .filter(({ sku }) => sku.startsWith(prefix) && (after === undefined || sku > after))
      .map(copy)
      .sort(bySku)
      .slice(0, limit),

  movementsOf: async (sku, before, limit) =>
    [...movements.all()]
      .filter((movement) => movement.sku === sku && (before === undefined || movement.id < before))
      .map((movement): Movement => ({ ...movement, at: new Date(movement.at) }))
      .sort((a, b) => b.id - a.id)
      .slice(0, limit),
});
