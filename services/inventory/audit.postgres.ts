import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { InventoryTables } from './tables.postgres.ts';

/** One statement, so one snapshot: a shop at work shows no breach that is only a moment's. */
export const audit = async (pg: Postgres<InventoryTables>): Promise<string[]> => {
  const rows = await pg.query<{ breach: string }>({ text: breaches });
  return rows.map(({ breach }) => breach);
};

// What a saga's movements must add up to is what its state says: [on hand, reserved] a unit.
const breaches = `
  with ledger as (
    select sku, sum(delta_on_hand) as on_hand, sum(delta_reserved) as reserved from movements group by sku
  ), held as (
    select line.sku, sum(line.quantity) as quantity
      from reservations, jsonb_to_recordset(lines) as line(sku text, quantity bigint)
      where state = 'held' group by line.sku
  ), moved as (
    select saga_id, sku, sum(delta_on_hand) as on_hand, sum(delta_reserved) as reserved
      from movements where saga_id is not null group by saga_id, sku
  ), owed as (
    select r.saga_id, line.sku,
        case r.state when 'committed' then -line.quantity else 0 end as on_hand,
        case r.state when 'held' then line.quantity else 0 end as reserved
      from reservations r, jsonb_to_recordset(r.lines) as line(sku text, quantity bigint)
  )
  select format('%s: on hand %s, reserved %s', sku, on_hand, reserved) as breach
    from stock where not (reserved >= 0 and on_hand >= reserved)
  union all
  select format('%s: on hand %s, reserved %s, but its ledger sums to %s and %s',
      sku, coalesce(s.on_hand, 0), coalesce(s.reserved, 0), coalesce(l.on_hand, 0), coalesce(l.reserved, 0))
    from stock s full join ledger l using (sku)
    where coalesce(s.on_hand, 0) <> coalesce(l.on_hand, 0) or coalesce(s.reserved, 0) <> coalesce(l.reserved, 0)
  union all
  select format('%s: reserved %s, but sagas hold %s', sku, coalesce(s.reserved, 0), coalesce(h.quantity, 0))
    from stock s full join held h using (sku)
    where coalesce(s.reserved, 0) <> coalesce(h.quantity, 0)
  union all
  select format('saga %s, %s: moved %s and %s, but its state says %s and %s', saga_id, sku,
      coalesce(m.on_hand, 0), coalesce(m.reserved, 0), coalesce(o.on_hand, 0), coalesce(o.reserved, 0))
    from moved m full join owed o using (saga_id, sku)
    where coalesce(m.on_hand, 0) <> coalesce(o.on_hand, 0) or coalesce(m.reserved, 0) <> coalesce(o.reserved, 0)
  order by breach`;
