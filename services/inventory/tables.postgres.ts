import type { Demand } from '@shop/contracts/commands.ts';
import type { Generated } from 'kysely';
import type { Movement, MovementKind, Stock } from './domain.ts';

/** The tables as migrations/ make them. */
export interface InventoryTables {
  products: { product_id: string; version: number };
  stock: StockRow;
  movements: MovementRow;
  reservations: {
    saga_id: string;
    order_id: string;
    user_id: string;
    state: 'held' | 'committed' | 'released' | 'restocked';
    lines: Demand[];
    version: number;
    created_at: Date;
    next_ask_at: Date;
    asks: Generated<number>;
  };
}

export interface StockRow {
  sku: string;
  product_id: string;
  on_hand: number;
  reserved: number;
  status: 'active' | 'retired';
  version: number;
  updated_at: Date;
}

export interface MovementRow {
  id: Generated<number>;
  sku: string;
  kind: MovementKind;
  delta_on_hand: number;
  delta_reserved: number;
  saga_id: string | null;
  order_id: string | null;
  note: string | null;
  by: string;
  at: Date;
  unique_key: string | null;
}

export const stockOfRow = (row: StockRow): Stock => ({
  sku: row.sku,
  productId: row.product_id,
  onHand: row.on_hand,
  reserved: row.reserved,
  status: row.status,
  version: row.version,
  updatedAt: row.updated_at,
});

export const movementOfRow = (row: Omit<MovementRow, 'id' | 'unique_key'> & { id: number }): Movement => ({
  id: row.id,
  sku: row.sku,
  kind: row.kind,
  deltaOnHand: row.delta_on_hand,
  deltaReserved: row.delta_reserved,
  ...(row.saga_id !== null && { sagaId: row.saga_id }),
  ...(row.order_id !== null && { orderId: row.order_id }),
  ...(row.note !== null && { note: row.note }),
  by: row.by,
  at: row.at,
});
