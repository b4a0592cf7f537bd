import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DatabaseName } from '../../apps/embedded/databases.ts';
import { auditShop, queryShop } from '../support/audit.ts';
import { admin, call, customer, eventually, guest, product } from '../support/client.ts';
import { everything, settled } from '../support/everything.ts';
import { removeFolder, type Shop, startShop, temporaryFolder } from '../support/shop.ts';

/** What is forgotten in time: [in words, where, what is left of it]. */
const kept: [what: string, database: DatabaseName, count: string][] = [
  ['refresh tokens', 'identity', 'refresh_tokens'],
  ['sign-ins', 'identity', 'refresh_families'],
  ['replies of inventory', 'inventory', 'idempotency_keys'],
  ['replies of order', 'order', 'idempotency_keys'],
  ['inbox of inventory', 'inventory', 'inbox'],
  ['inbox of discount', 'discount', 'inbox'],
  ['details of sagas', 'order', `sagas where steps <> '[]' or request <> '{}'`],
  ['tombstones of inventory', 'inventory', `reservations where state = 'released'`],
  ['tombstones of discount', 'discount', `applications where state = 'released'`],
  ['events', 'events', 'log_messages'],
  ['dead letters', 'events', 'dead_letters'],
];

const countsOf = async (shop: Shop): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const [what, database, from] of kept) {
    const [row] = await queryShop<{ count: number }>(shop, database, `select count(*)::int as count from ${from}`);
    counts[what] = row?.count ?? 0;
  }
  return counts;
};

/** Everything happened so many days earlier; the shop is not running, its PostgreSQL still is. */
const age = async (shop: Shop, days: number) => {
  const back = (columns: string[]) => columns.map((column) => `${column} = ${column} - interval '${days} days'`).join();
  const tables: [DatabaseName, table: string, columns: string[]][] = [
    ['identity', 'refresh_tokens', ['expires_at']],
    ['inventory', 'idempotency_keys', ['at']],
    ['order', 'idempotency_keys', ['at']],
    ['inventory', 'inbox', ['at']],
    ['discount', 'inbox', ['at']],
    ['order', 'sagas', ['created_at', 'finished_at']],
    ['inventory', 'reservations', ['created_at']],
    ['discount', 'applications', ['created_at']],
    ['events', 'log_messages', ['at']],
    ['events', 'dead_letters', ['at']],
  ];
  for (const [database, table, columns] of tables)
    await queryShop(shop, database, `update ${table} set ${back(columns)}`);
};

/** A saga that was undone before it had done anything, and an event that nobody can read. */
const leaveTraces = async (shop: Shop) => {
  const ids = { sagaId: randomUUID(), orderId: randomUUID(), userId: randomUUID() };
  const rollback = { ...ids, kind: 'rollback', reason: 'x', participants: ['inventory', 'discount'], version: 1 };
  for (const [type, data] of [
    ['order.cancelled', rollback],
    ['order.created', { version: 'broken' }],
  ] as const)
    await queryShop(
      shop,
      'order',
      `select emit('${randomUUID()}', '${type}', '${ids.orderId}', '${JSON.stringify(data)}', now())`,
    );
  await eventually(
    () => queryShop(shop, 'events', 'select from dead_letters'),
    (letters) => letters.length === 3,
  );
};

/** More old rows than one batch takes. */
const MANY = 2_500;
const fillUp = async (shop: Shop) => {
  const rows = `generate_series(1, ${MANY}) n`;
  await queryShop(shop, 'inventory', `insert into inbox select 'inventory', gen_random_uuid(), now() from ${rows}`);
  await queryShop(shop, 'order', `insert into idempotency_keys select 'nobody', n, 'x', '{}', now() from ${rows}`);
  await queryShop(
    shop,
    'events',
    `insert into dead_letters select gen_random_uuid(), 'order', 'cart', 'x', now(), '{}' from ${rows}`,
  );
};

describe('What ended long ago', () => {
  it('When it is older than what is kept, then it is forgotten, batch by batch, and what is young or counts for good stays', async () => {
    const dataDir = temporaryFolder();
    try {
      let shop = await startShop({ dataDir });
      const { port } = new URL(shop.url);
      const seller = await admin(shop.url);
      const { sku } = await product(seller, { stock: 10 });
      const receipt = { delta: 5, reason: 'receipt' };
      await seller.post(`/inventory/${sku}/adjustments`, receipt, { 'Idempotency-Key': 'receipt' });
      const kim = await customer(shop.url);
      const buy = async (key: string) => {
        await kim.add(sku);
        return (await kim.checkout({ key, body: { contact: { email: 'kim@example.com', name: 'Kim' } } })).body;
      };
      const bought = await buy('bought');
      const { orderId } = await buy('cancelled');
      const cancel = () => kim.post(`/orders/${orderId}/cancel`, {}, { 'Idempotency-Key': 'cancel' });
      expect((await cancel()).status).toBe(200);
      await leaveTraces(shop);
      await settled(seller);
      await fillUp(shop);
      const before = await everything(shop);
      await shop.kill();

      await age(shop, 40);
      shop = await startShop({ dataDir, env: { PORT: port, RETENTION_DAYS: '60' } });
      // The setting keeps all but events, dead letters and sign-ins for longer.
      const old = await eventually(
        () => countsOf(shop),
        (counts) => ['events', 'dead letters', 'refresh tokens'].every((what) => counts[what] === 0),
      );
      expect(old).toMatchObject({
        ...{ 'replies of inventory': 1, 'replies of order': MANY + 1, 'details of sagas': 3 },
        ...{ 'tombstones of inventory': 1, 'tombstones of discount': 1 },
        'sign-ins': 0,
      });
      expect(old['inbox of inventory']).toBeGreaterThan(MANY);
      const fresh = await guest(shop.url);
      await shop.kill();

      shop = await startShop({ dataDir, env: { PORT: port } });
      const gone = await eventually(
        () => countsOf(shop),
        (counts) => Object.values(counts).every((count) => count <= 1),
      );
      // One sign-in is younger: that of the guest who has just come.
      const none = Object.fromEntries(kept.map(([what]) => [what, 0]));
      expect(gone).toEqual({ ...none, 'refresh tokens': 1, 'sign-ins': 1 });
      const renewed = await call(shop.url, 'POST', '/api/v1/auth/refresh', {
        body: { refreshToken: fresh.refreshToken },
      });
      expect(renewed.status).toBe(200);

      // Stock, orders, redemptions and carts are as they were, and the key of a checkout still finds its outcome.
      expect(await everything(shop)).toEqual(before);
      const body = { contact: { email: 'kim@example.com', name: 'Kim' } };
      const again = await kim.checkout({ key: 'bought', body });
      expect([again.status, again.body.id, again.body.order]).toEqual([201, bought.id, bought.order]);
      expect((await cancel()).body.status).toBe('cancelled');
      expect(await auditShop(shop)).toEqual([]);
      expect(await shop.stop()).toBe(0);
    } finally {
      removeFolder(dataDir);
    }
  }, 60_000);
});
