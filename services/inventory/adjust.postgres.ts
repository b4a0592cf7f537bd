import { isRefusal } from '@shop/contracts/problems.ts';
import { once } from '@shop/platform/postgres/idempotency.ts';
import type { Tx } from '@shop/platform/postgres/postgres.ts';
import type { InventoryStoreDeps } from './deps.postgres.ts';
import { mostOnHand, obstacleTo, type Stock } from './domain.ts';
import { adjusted } from './events.ts';
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

/** Why nothing was adjusted; undefined when it can be now. */
const refusalOf = async (tx: InventoryTx, adjustment: Adjustment): Promise<NotAdjusted | undefined> => {
  const [row] = await tx.query<StockRow>({ text: 'select * from stock where sku = $1', values: [adjustment.sku] });
  return obstacleTo(row && stockOfRow(row), adjustment);
};
