import { join } from 'node:path';
import type { Postgres, Statement } from '@shop/platform/postgres/postgres.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SagaState } from './domain.ts';
import { newestFirst, sagasInStates } from './lists.postgres.ts';

const user = '01900000-0000-7000-8000-000000000001';
const limit = 21;
/** A place behind three quarters of all rows. */
const after = { createdAt: '2026-01-01T01:20:00.000Z', id: '00000000-0000-0000-0000-000000000000' };
let pg: Postgres;

beforeAll(async () => {
  pg = await testDatabase(join(import.meta.dirname, 'migrations'));
  const rows =
    "from generate_series(1, 20000) n, lateral (select timestamptz '2026-01-01Z' + n * interval '1 s' as at) t";
  await pg.query({
    text: `insert into sagas (id, kind, user_id, role, order_id, state, direction, deadline, steps, created_at)
      select gen_random_uuid(), 'checkout', case n % 100 when 0 then $1::uuid else gen_random_uuid() end, 'customer',
        gen_random_uuid(), case when n % 5000 = 0 then 'parked' when n % 10 = 0 then 'compensated' else 'completed' end,
        'forward', at, '[]', at ${rows}`,
    values: [user],
  });
  await pg.query({
    text: `insert into orders (id, number, user_id, checkout_id, status, currency, subtotal, discount_total, total, body, history, created_at)
      select gen_random_uuid(), n::text, case n % 100 when 0 then $1::uuid else gen_random_uuid() end, gen_random_uuid(),
        case when n % 5000 = 0 then 'created' else 'confirmed' end, 'USD', 0, 0, 0, '{}', '[]', at ${rows}`,
    values: [user],
  });
  await pg.query({ text: 'analyze sagas, orders' });
}, 60_000);

const literal = (value: unknown): string =>
  Array.isArray(value)
    ? `array[${value.map(literal).join(', ')}]`
    : typeof value === 'number'
      ? `${value}`
      : `'${value}'`;

/** How many pages of the database a statement reads with the plan that a prepared statement comes to have. */
const blocksOf = ({ text, values = [] }: Statement): Promise<number> =>
  pg.transaction(async (tx) => {
    await tx.query({ text: 'set local plan_cache_mode = force_generic_plan' });
    await tx.query({ text: `prepare page as ${text}` });
    const given = values.length > 0 ? `(${values.map(literal).join(', ')})` : '';
    const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>({
      text: `explain (analyze, buffers, format json) execute page${given}`,
    });
    await tx.query({ text: 'deallocate page' });
    const plan = row?.['QUERY PLAN'][0].Plan;
    return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
  });

describe('A page of a long list', () => {
  it.each([
    ['of all orders', 'orders', []],
    ["of a user's orders", 'orders', [['user_id', user]]],
    ['of orders in a frequent state', 'orders', [['status', 'confirmed']]],
    ['of orders in a rare state', 'orders', [['status', 'created']]],
    ['of all sagas', 'sagas', []],
  ] as const)(
    'When it is one %s, then only its own rows are read, first page or later',
    async (_name, table, equal) => {
      for (const page of [{ limit }, { limit, after }])
        expect(await blocksOf(newestFirst(table, equal, page))).toBeLessThan(3 * limit);
    },
  );

  it.each<SagaState[][]>([[['completed']], [['parked']], [['running', 'pivoted']], [['compensated', 'parked']]])(
    'When it is one of the sagas that are %j, then only their rows are read, first page or later',
    async (states) => {
      for (const page of [{ limit }, { limit, after }])
        expect(await blocksOf(sagasInStates(states, page))).toBeLessThan(3 * limit * states.length);
    },
  );

  it('When the pages follow each other, then each saga is met once, the newest first', async () => {
    const met: { id: string; created_at: Date }[] = [];
    for (let page: Parameters<typeof sagasInStates>[1] = { limit: 700 }; ; ) {
      const rows = await pg.query<{ id: string; created_at: Date }>(sagasInStates(['compensated', 'parked'], page));
      met.push(...rows);
      const last = rows.at(-1);
      if (!last) break;
      page = { limit: 700, after: { createdAt: last.created_at.toISOString(), id: last.id } };
    }
    expect(new Set(met.map(({ id }) => id)).size).toBe(2_000);
    const times = met.map(({ created_at }) => created_at.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });
});
