export interface Order {
  /** The first sort key; the id is the second, in the same direction. */
  key: string;
  type: 'bigint' | 'text' | 'timestamptz';
  direction: 'asc' | 'desc';
}

export interface SearchConditions {
  ordered: readonly string[];
  behind: string | undefined;
  term: string;
  besides: readonly string[];
}

/**
 * A page under conditions that its order has no index for. How many products meet them, and where in the order these are,
 * no statistics tell, so no plan is left to an estimate: first the page is looked for among so many products in its
 * order. Where it is not full by then, all products that the index of terms tells are collected, those that fit among them
 * are sorted. Where they are too many for that, the page is what was found, and the next one goes on from there.
 *
 * Answers a row at least, with the end of the walk in each where the page stopped there.
 */
export const searchOf = (
  { ordered, behind = 'true', term, besides }: SearchConditions,
  order: Order | undefined,
  { limit, most }: { limit: number; most: number },
): string => {
  const { columns, by, key } = columnsOf(order);
  const inOrder = ordered.join(' and ');
  const fits = ['true', ...besides].join(' and ');
  const full = Math.trunc(limit);
  return `
    with walked as materialized (
      select ${columns}, (${term} and ${fits}) as fits from products
      where ${inOrder} and ${behind} order by ${by} limit ${most}
    ), near as materialized (
      select ${columns} from walked where fits order by ${by} limit ${full}
    ), walk as materialized (
      select (select count(*) from near) = ${full} or (select count(*) from walked) < ${most} as is_enough
    ), found as materialized (
      select ${columns}, (${behind} and ${fits}) as fits from products
      where not (select is_enough from walk) and ${inOrder} and ${term}
    ), collected as materialized (
      select ${columns}, fits from found limit ${most} + 1
    ), way as materialized (
      select is_enough, (select count(*) from collected) <= ${most} as are_all from walk
    ), page as materialized (
      (select id from near, way where is_enough or not are_all)
      union all
      (select id from collected, way where not is_enough and are_all and fits order by ${by} limit ${full})
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
