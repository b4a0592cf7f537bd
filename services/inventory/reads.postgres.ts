import type { Tx } from '@shop/platform/postgres/postgres.ts';
import type { InventoryStoreDeps } from './deps.postgres.ts';
import type { InventoryStore } from './store.ts';
import { type InventoryTables, movementOfRow, type StockRow, stockOfRow } from './tables.postgres.ts';

type Reading = Pick<InventoryStore<Tx<InventoryTables>>, 'stockOf' | 'stockByPrefix' | 'movementsOf'>;

export const reading = ({ pg }: Pick<InventoryStoreDeps, 'pg'>): Reading => ({
  // Serves GET /inventory/:sku and ?skus=, which every page of the shop asks.
  async stockOf(skus) {
    const rows = await pg.query<StockRow>({
      name: 'stock-of',
      text: 'select * from stock where sku = any($1) order by sku',
      values: [skus],
    });
    return rows.map(stockOfRow);
  },

  async stockByPrefix(prefix, after, limit) {
    const rows = await pg.kysely
      .selectFrom('stock')
      .selectAll()
      .where('sku', 'like', `${prefix.replace(/[\\%_]/g, '\\$&')}%`)
      .$if(after !== undefined, (query) => query.where('sku', '>', after as string))
      .orderBy('sku')
      .limit(limit)
      .execute();
    return rows.map(stockOfRow);
  },

  async movementsOf(sku, before, limit) {
    const rows = await pg.kysely
      .selectFrom('movements')
      .selectAll()
      .where('sku', '=', sku)
      .$if(before !== undefined, (query) => query.where('id', '<', before as number))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(movementOfRow);
  },
});
