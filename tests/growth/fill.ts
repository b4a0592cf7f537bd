import type { GrowingShop } from './shops.ts';

/** Statements over this many rows at a time, so that each ends within a few seconds. */
const atOnce = 50_000;

const inSteps = async (from: number, to: number, work: (first: number, last: number) => Promise<unknown>) => {
  for (let first = from; first < to; first += atOnce) await work(first, Math.min(first + atOnce, to) - 1);
};

/** Two SKUs a product, plenty of each, with the ledger's first movement. */
const insertStock = `
  with made as (
    select format('GROWTH-%s-%s', n, v) as sku, md5('growth' || n)::uuid as product_id
    from generate_series($1::integer, $2::integer) n, generate_series(0, 1) v),
  stocked as (
    insert into stock (sku, product_id, on_hand, reserved, status, version, updated_at)
    select sku, product_id, 1000000, 0, 'active', 1, now() from made returning sku)
  insert into movements (sku, kind, delta_on_hand, delta_reserved, "by", at, unique_key)
  select sku, 'initial', 1000000, 0, 'system', now(), 'initial:' || sku from stocked`;

/** Orders of a year, a fifth of them on their way, all of one buyer in a thousand's share; and their sagas, long ended. */
const insertOrders = `
  with made as (
    select md5('order' || n)::uuid as order_id, md5('saga' || n)::uuid as saga_id, n,
      case when n % 1000 = 0 then $4::uuid else md5('user' || n % 50000)::uuid end as user_id,
      timestamptz '2025-01-01Z' + n * interval '20 s' as at
    from generate_series($1::integer, $2::integer) n),
  sold as (
    insert into orders (id, number, user_id, checkout_id, status, currency, subtotal, discount_total, total, body, history, created_at)
    select order_id, 'G' || n, user_id, saga_id, case when n % 5 = 0 then 'shipped' else 'delivered' end, 'USD', 2800, 0, 2800,
      $3::jsonb, '[]', at from made)
  insert into sagas (id, kind, user_id, role, idempotency_key, order_id, state, direction, deadline, steps, created_at, finished_at)
  select saga_id, 'checkout', user_id, 'customer', 'key' || n, order_id, 'completed', 'forward', at, '[]', at, at from made`;

const body = {
  lines: [0, 1].map((v) => ({
    ...{ sku: `GROWTH-1-${v}`, productId: '01900000-0000-7000-8000-000000000000', title: 'Trail Mug series1 no1' },
    ...{ quantity: 1, unitPrice: 1400, discount: 0, total: 1400 },
  })),
  vouchers: [],
};

/** Grows what a shop has from `from` to `to` products and as many orders, one in a thousand of them of `buyer`. */
export const grow = async (shop: GrowingShop, from: number, to: number, buyer: string): Promise<void> => {
  await shop.addProducts(from, to);
  await inSteps(from, to, (first, last) => shop.inventory.query({ text: insertStock, values: [first, last] }));
  await inSteps(from, to, (first, last) =>
    shop.order.query({ text: insertOrders, values: [first, last, JSON.stringify(body), buyer] }),
  );
  await shop.analyse();
};
