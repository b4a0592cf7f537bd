export interface Order {
  /** The first sort key; the id is the second, in the same direction. */
  key: string;
  type: 'bigint' | 'text' | 'timestamptz';
  direction: 'asc' | 'desc';
}

/**
 * A page under conditions that its order has no index for. How many products meet them, and where in the order these are,
 * no statistics tell, so no plan is left to an estimate: first the page is looked for among so many products in its
 * order. Where it is not full by then, all that meet the conditions are collected out of the indexes of these, and sorted.
 * Where they are too many for that, the page is what was found, and the next one goes on from there.
 *
 * Answers a row at least, with the end of the walk in each where the page stopped there.
 */
export const searchOf = (
  { ordered, besides }: { ordered: readonly string[]; besides: readonly string[] },
  order: Order | undefined,
  { limit, most }: { limit: number; most: number },
): string => {
  const { columns, by, key } = columnsOf(order);
  const [inOrder, fitting, full] = [ordered.join(' and '), besides.join(' and '), Math.trunc(limit)];
  return `
    with walked as materialized (
      select ${columns}, (${fitting}) as fits from products where ${inOrder} order by ${by} limit ${most}
    ), near as materialized (
      select ${columns} from walked where fits order by ${by} limit ${full}
    ), walk as materialized (
      select (select count(*) from near) = ${full} or (select count(*) from walked) < ${most} as is_enough
    ), fit as materialized (
      select ${columns} from products where not (select is_enough from walk) and ${inOrder} and ${fitting}
    ), collected as materialized (
      select ${columns} from fit limit ${most} + 1
    ), way as materialized (
      select is_enough, (select count(*) from collected) <= ${most} as are_all from walk
    ), page as materialized (
      (select id from near, way where is_enough or not are_all)
      union all
      (select id from collected, way where not is_enough and are_all order by ${by} limit ${full})
    )
    select document, stop_key, stop_id from way
    left join (
      select ${key} as stop_key, id as stop_id from walked where not (select is_enough or are_all from way)
      order by ${by} offset ${most} - 1 limit 1
    ) stop on true
    left join (page join products using (id)) on true
    order by ${by}`;
};

export const columnsOf = (order: Order | undefined): { key: string; columns: string; by: string } =>
  order
    ? { key: order.key, columns: `id, ${order.key}`, by: `${order.key} ${order.direction}, id ${order.direction}` }
    : { key: 'null', columns: 'id', by: 'id' };
