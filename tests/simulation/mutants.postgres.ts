import type { Mutant } from './mutate.ts';

const migration = (service: string, name: string) => `services/${service}/migrations/${name}.sql`;
const store = (service: string, name = 'store') => `services/${service}/${name}.postgres.ts`;

const bugs: readonly Omit<Mutant, 'stores'>[] = [
  // Stock
  {
    name: 'SQL: reserves without looking at what is there',
    file: migration('inventory', '0002_reserve'),
    find: `s.sku is null or s.status <> 'active' or s.on_hand - s.reserved < demand.quantity`,
    replace: `s.sku is null or s.status <> 'active'`,
    twin: 'reserves without looking at what is there',
  },
  {
    name: 'SQL: takes a saga that was undone for one that holds its stock',
    file: migration('inventory', '0002_reserve'),
    find: `when p_state in ('held', 'committed') then jsonb_build_object('outcome', 'held')`,
    replace: `when p_state is not null then jsonb_build_object('outcome', 'held')`,
    twin: 'reserves for a saga that was undone',
  },
  {
    name: 'SQL: forgets the tombstone of stock that was never held',
    file: migration('inventory', '0003_settle'),
    find: `  insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
    values (p_saga, p_order, p_user, 'released', '[]', 0, p_now, p_now)
    on conflict (saga_id) do nothing;
`,
    replace: '',
    twin: 'forgets the tombstone of stock that was never held',
  },
  {
    name: 'SQL: gives stock back twice',
    file: migration('inventory', '0003_settle'),
    find: `elsif v_before = 'committed' and v_hold.state = 'restocked' then`,
    replace: `elsif p_kind = 'cancel' then`,
    twin: 'gives stock back twice',
  },
  {
    name: 'SQL: keeps the stock of an order that was cancelled',
    file: migration('inventory', '0003_settle'),
    find: `when state = 'committed' and p_kind = 'cancel' then 'restocked'`,
    replace: `when state = 'committed' and p_kind <> 'cancel' then 'restocked'`,
    twin: 'keeps the stock of an order that was cancelled',
  },
  {
    name: 'SQL: sells what is sold already once more',
    file: migration('inventory', '0006_together'),
    find: `from given where r.saga_id = given.saga and r.state = 'held'`,
    replace: `from given where r.saga_id = given.saga and r.state in ('held', 'committed')`,
    twin: 'sells what is sold already once more',
  },
  {
    name: 'SQL: takes stock away that is promised',
    file: store('inventory', 'adjust'),
    find: 'where sku = $1 and on_hand + $2::bigint >= reserved and',
    replace: 'where sku = $1 and',
    twin: 'takes stock away that is promised',
  },
  {
    name: 'SQL: adjusts once more for the same key',
    file: 'packages/platform/postgres/idempotency.ts',
    find: 'on conflict (user_id, key) do nothing returning key',
    replace: 'on conflict (user_id, key) do update set at = excluded.at returning key',
    twin: 'adjusts once more for the same key',
  },

  // Vouchers
  {
    name: 'SQL: redeems a voucher beyond its limit',
    file: migration('discount', '0002_redeem'),
    find: '       and (usage_limit is null or used < usage_limit)\n',
    replace: '',
    twin: 'redeems a voucher beyond its limit',
  },
  {
    name: 'SQL: redeems a voucher again for a repeated command',
    file: migration('discount', '0002_redeem'),
    find: `  values (p_saga, p_order, p_user, 'applied', p_quote, p_ask_at, p_at)
  on conflict (saga_id) do nothing;`,
    replace: `  values (p_saga, p_order, p_user, 'applied', p_quote, p_ask_at, p_at)
  on conflict (saga_id) do update set state = 'applied';`,
    twin: 'redeems a voucher again for a repeated command',
  },
  {
    name: 'SQL: gives the uses of a voucher back twice',
    file: migration('discount', '0002_redeem'),
    find: 'where saga_id = p_saga and released_at is null returning code',
    replace: 'where saga_id = p_saga returning code',
    twin: 'gives the uses of a voucher back twice',
  },

  // Carts and events
  {
    name: 'SQL: overwrites a cart that somebody else has changed',
    file: migration('cart', '0001_carts'),
    find: `where user_id = next ->> 'userId' and version = expected;`,
    replace: `where user_id = next ->> 'userId';`,
    twin: 'overwrites a cart that somebody else has changed',
  },
  {
    name: 'SQL: skips the inbox',
    file: 'packages/platform/messaging/inbox.ts',
    find: `  select $1, id, $3 from unnest($2::uuid[]) as id order by id
  on conflict (consumer, event_id) do nothing`,
    replace: `  select $1, id, $3 from unnest($2::uuid[]) as id order by id
  on conflict (consumer, event_id) do update set at = excluded.at`,
    twin: 'skips the inbox',
  },
  {
    name: 'SQL: publishes what another relay has in hand',
    file: 'packages/platform/messaging/postgres-outbox.ts',
    find: 'where until is null or until <= now()\n',
    replace: 'where true\n',
  },

  // Sagas
  {
    name: 'SQL: begins a second checkout for the same key',
    file: store('order', 'sagas'),
    find: `on conflict (user_id, idempotency_key) where kind = 'checkout' do nothing`,
    replace: '',
    twin: 'begins a second checkout for the same key',
  },
  {
    name: 'SQL: places an order after the decision to roll back',
    file: store('order', 'sagas'),
    find: `where sagas.id = given.id and sagas.epoch = given.epoch and state = 'running'`,
    replace: `where sagas.id = given.id and state in ('running', 'compensating', 'compensated')`,
    twin: 'places an order after the decision to roll back',
  },
  {
    name: 'SQL: rolls back after the order was placed',
    file: store('order', 'sagas'),
    find: `where id = $1 and epoch = $2 and state = 'running'`,
    replace: `where id = $1 and epoch = $2`,
    twin: 'rolls back after the order was placed',
  },
  {
    name: 'SQL: ignores the epoch of who rolls back',
    file: store('order', 'sagas'),
    find: `where id = $1 and epoch = $2 and state = 'running'`,
    replace: `where id = $1 and $2::integer > 0 and state = 'running'`,
    twin: 'ignores the epoch of the owner',
  },
  {
    name: 'SQL: ends a rollback with the first answer',
    file: store('order', 'recovery'),
    find: `participants <@ (undone || $2::text) then 'compensated'`,
    replace: `participants && (undone || $2::text) then 'compensated'`,
    twin: 'ends a rollback with the first answer',
  },
  {
    name: 'SQL: takes over from owners that are alive',
    file: store('order', 'recovery'),
    find: 'owners.id = s.owner and heartbeat_at > now() -',
    replace: 'owners.id = s.owner and heartbeat_at > now() +',
  },
  {
    name: 'SQL: ships an order that was cancelled',
    file: store('order', 'orders'),
    find: 'where id = $1 and status = $3 returning *',
    replace: `where id = $1 and $3::text <> '' returning *`,
    twin: 'ships an order that was cancelled',
  },
];

/**
 * Bugs in the stores on PostgreSQL, each planted alone: guards of statements and of functions that are left out. They are
 * found by histories that are played on them and on those in memory: by a promise that is broken, or because the two
 * answer otherwise.
 */
export const postgresMutants: readonly Mutant[] = bugs.map((bug) => ({ ...bug, stores: 'postgres' }));
