import { queryShop } from './audit.ts';
import { type Client, eventually } from './client.ts';
import type { Shop } from './shop.ts';

/** Waits until no event waits to be sent or heard. */
export const settled = (seller: Client) =>
  eventually(
    async () => (await seller.get('/admin/overview')).body,
    ({ lag, outbox, missing }) =>
      missing.length === 0 &&
      lag.every(({ behind }: { behind: number }) => behind === 0) &&
      outbox.every(({ depth }: { depth: number }) => depth === 0),
    20_000,
  );

/** What a user would see change if something took effect twice. */
export const everything = async (shop: Shop) => ({
  stock: await queryShop(shop, 'inventory', 'select sku, on_hand, reserved, status from stock order by sku'),
  ledger: await queryShop(
    shop,
    'inventory',
    'select sku, kind, delta_on_hand, delta_reserved from movements order by id',
  ),
  holds: await queryShop(
    shop,
    'inventory',
    `select saga_id, state from reservations where lines <> '[]' order by saga_id`,
  ),
  uses: await queryShop(shop, 'discount', 'select code, used from vouchers order by code'),
  redemptions: await queryShop(shop, 'discount', 'select saga_id, released_at from redemptions order by saga_id'),
  carts: await queryShop(
    shop,
    'cart',
    `select user_id, document->'lines' as lines, document->'vouchers' as vouchers, document->'cartNo' as number,
       document->'lock' as lock from carts order by user_id`,
  ),
  catalogue: await queryShop(shop, 'cart', 'select id, version, product from catalogue_products order by id'),
  orders: await queryShop(shop, 'order', 'select id, status, version from orders order by id'),
  sagas: await queryShop(shop, 'order', 'select id, state, version from sagas order by id'),
});
