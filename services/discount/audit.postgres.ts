import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { DiscountTables } from './tables.postgres.ts';

/** One sentence for each breach; the whole check is one statement, hence of one moment. */
const breaches = `
  with live as (
    select code, user_id, count(*)::integer as uses from redemptions where released_at is null group by code, user_id
  ), totals as (
    select code, used, usage_limit, per_user_limit,
           coalesce((select sum(uses) from live where live.code = vouchers.code), 0)::integer as uses
      from vouchers
  )
  select format('%s counts %s uses and has %s live redemptions', code, used, uses) as breach
    from totals where used <> uses
  union all
  select format('%s has %s uses and a limit of %s', code, uses, usage_limit) from totals where uses > usage_limit
  union all
  select format('%s was used %s times by %s and has a limit of %s a user', code, live.uses, user_id, per_user_limit)
    from live join totals using (code) where live.uses > per_user_limit
  union all
  select format('saga %s was released and still holds %s', saga_id, code)
    from redemptions join applications using (saga_id) where released_at is null and state = 'released'
  union all
  select format('saga %s holds %s, which was given back', saga_id, code)
    from redemptions join applications using (saga_id) where released_at is not null and state <> 'released'
  union all
  select format('saga %s was answered %s vouchers and redeemed %s', saga_id, jsonb_array_length(quote -> 'discounts'), taken)
    from (select saga_id, quote, (select count(*) from redemptions r where r.saga_id = a.saga_id) as taken
            from applications a where quote is not null) answered
   where taken <> jsonb_array_length(quote -> 'discounts')
   order by 1`;

export const audit = async (pg: Postgres<DiscountTables>): Promise<string[]> =>
  (await pg.query<{ breach: string }>({ text: breaches })).map(({ breach }) => breach);
