import type { CatalogueProduct } from '@shop/contracts/commands.ts';
import type { MemoryTx } from '@shop/platform/memory/database.ts';
import type { InventoryStore } from './store.ts';
import { enter, type MemoryInventory, type MemoryInventoryDeps, putStock } from './tables.memory.ts';

export const following = ({ data }: MemoryInventoryDeps): Pick<InventoryStore<MemoryTx>, 'applyProduct'> => ({
  async applyProduct(product, now, tx) {
    const step = () => applyProduct(data, product, now);
    if (tx) tx.write(step);
    else data.db.atomically(step);
  },
});

/**
 * SKUs that are new here get stock with what they start with, whether the fact is the newest or late: so the order of
 * facts doesn't matter. Only a newer fact decides which SKUs are active.
 */
const applyProduct = (data: MemoryInventory, { id, version, status, variants }: CatalogueProduct, now: Date): void => {
  const isNewer = (data.products.get(id) ?? Number.NEGATIVE_INFINITY) < version;
  if (isNewer) data.products.set(id, version);
  const sold = new Set(status === 'deleted' ? [] : variants.map(({ sku }) => sku));
  const statusOf = (sku: string) => (sold.has(sku) ? 'active' : 'retired');

  for (const { sku, initialStock = 0 } of variants.toSorted((a, b) => (a.sku < b.sku ? -1 : 1))) {
    if (data.stock.has(sku)) continue;
    putStock(data, {
      ...{ sku, productId: id, onHand: initialStock, reserved: 0, version: 1, updatedAt: now },
      status: isNewer ? statusOf(sku) : 'retired',
    });
    const deltas = { deltaOnHand: initialStock, deltaReserved: 0 };
    enter(data, { sku, kind: 'initial', ...deltas, by: 'catalogue', at: now });
  }

  if (!isNewer) return;
  for (const row of [...data.stock.all()]) {
    if (row.productId !== id || row.status === statusOf(row.sku)) continue;
    putStock(data, { ...row, status: statusOf(row.sku), version: row.version + 1, updatedAt: now });
  }
};
