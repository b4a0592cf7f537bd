import { isRefusal, refuse } from '@shop/contracts/problems.ts';
import { once } from '@shop/platform/postgres/idempotency.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import type { InventoryStoreDeps } from './deps.postgres.ts';
import { availableOf, mostOnHand, type Stock } from './domain.ts';
import type { Adjustment, AdjustReply, InventoryStore } from './store.ts';
import { type InventoryTables, type StockRow, stockOfRow } from './tables.postgres.ts';

type InventoryTx = Tx<InventoryTables>;

/** A stored reply is JSON, so its date is text. */
type StoredStock = Omit<Stock, 'updatedAt'> & { updatedAt: string };
type NotAdjusted = Exclude<AdjustReply, Stock>;

export const adjusting = (deps: InventoryStoreDeps): Pick<InventoryStore<InventoryTx>, 'adjust'> => ({
  adjust: (adjustment, key) =>
    deps.pg.transaction(async (tx) => {
      const effect = () => adjustLevels(deps, tx, adjustment);
      const reply = key ? await once(tx, { ...key, now: adjustment.now }, effect) : await effect();
      return isRefusal(reply) ? reply : { ...reply, updatedAt: new Date(reply.updatedAt) };
    }),
});

const adjustLevels = async (
  { outbox }: Pick<InventoryStoreDeps, 'outbox'>,
  tx: InventoryTx,
  adjustment: Adjustment,
): Promise<StoredStock | NotAdjusted> => {
  const { sku, delta, reason, note, by, now } = adjustment;
  // The guard is in the statement that writes: levels may have moved since anybody last looked.
  const [row] = await tx.query<StockRow>({
    name: 'adjust-stock',
    text: `
      with changed as (
        update stock set on_hand = on_hand + $2::bigint, version = version + 1, updated_at = $6
          where sku = $1 and on_hand + $2::bigint >= reserved and ($2::bigint < 0 or on_hand + $2::bigint <= $7)
          returning *
      ), entry as (
        insert into movements (sku, kind, delta_on_hand, delta_reserved, note, "by", at)
          select sku, $3, $2::bigint, 0, $4, $5, $6 from changed
      )
      select * from changed`,
    values: [sku, delta, reason, note ?? null, by, now, mostOnHand],
  });
  if (!row) {
    const refusal = await refusalOf(tx, adjustment);
    // The row was made, or its levels moved, between the two statements: what was refused is possible now.
    return refusal ?? adjustLevels({ outbox }, tx, adjustment);
  }
  const stock = stockOfRow(row);
  await outbox.append(tx, [adjusted(stock, adjustment)]);
  return { ...stock, updatedAt: stock.updatedAt.toISOString() };
};

/** Why nothing was adjusted: less can only meet what is reserved, more only the ceiling. Undefined when neither holds now. */
const refusalOf = async (tx: InventoryTx, { sku, delta }: Adjustment): Promise<NotAdjusted | undefined> => {
  const [row] = await tx.query<StockRow>({ text: 'select * from stock where sku = $1', values: [sku] });
  if (!row) return refuse('SKU_UNKNOWN');
  if (delta < 0) {
    const { onHand, reserved } = stockOfRow(row);
    if (onHand + delta >= reserved) return undefined;
    const available = availableOf(stockOfRow(row));
    return refuse('INSUFFICIENT_STOCK', { errors: [{ sku, requested: -delta, available }] });
  }
  if (stockOfRow(row).onHand + delta <= mostOnHand) return undefined;
  const message = `"delta" must not lead to more than ${mostOnHand} units`;
  return refuse('VALIDATION_FAILED', { detail: message, errors: [{ in: 'body', path: 'delta', message }] });
};

const adjusted = (stock: Stock, { delta, reason }: Adjustment) => ({
  type: 'inventory.adjusted' as const,
  key: stock.sku,
  data: {
    sku: stock.sku,
    delta,
    reason,
    onHand: stock.onHand,
    reserved: stock.reserved,
    available: availableOf(stock),
    version: stock.version,
  },
});
