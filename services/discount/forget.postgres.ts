import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { DiscountTables } from './tables.postgres.ts';

/** Where something was redeemed and given back the row stays, beside the history of its vouchers. */
const forget = `
  delete from applications where saga_id in (
    select saga_id from applications a where state = 'released' and created_at < $1
      and not exists (select from redemptions r where r.saga_id = a.saga_id)
    order by created_at, saga_id limit $2 for update skip locked)
  returning saga_id`;

export const forgetReleased = async (pg: Postgres<DiscountTables>, olderThan: Date, limit: number): Promise<number> =>
  (await pg.query({ text: forget, values: [olderThan, limit] })).length;
