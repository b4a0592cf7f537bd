import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { InventoryTables } from './tables.postgres.ts';

const forget = `
  delete from reservations where saga_id in (
    select saga_id from reservations where state = 'released' and created_at < $1
    order by created_at, saga_id limit $2 for update skip locked)
  returning saga_id`;

export const forgetReleased = async (pg: Postgres<InventoryTables>, olderThan: Date, limit: number): Promise<number> =>
  (await pg.query({ text: forget, values: [olderThan, limit] })).length;
