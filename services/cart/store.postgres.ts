import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { ReplicaProduct } from './catalogue.ts';
import type { Cart } from './domain.ts';
import type { CartStore } from './store.ts';

export interface PostgresCartStoreDeps {
  pg: Pick<Postgres, 'query'>;
  outbox: Pick<Outbox, 'nudge'>;
  clock: Clock;
  ids: Ids;
}

interface CartRow {
  document: Cart;
}

/** Carts as JSONB documents; each write is one statement. */
export const createPostgresCartStore = ({ pg, outbox, clock, ids }: PostgresCartStoreDeps): CartStore => ({
  async find(userId) {
    const text = 'select document from carts where user_id = $1';
    const [row] = await pg.query<CartRow>({ name: 'cart-find', text, values: [userId] });
    return row?.document;
  },

  async save(next, expectedVersion, events) {
    const [row] = await pg.query<{ saved: boolean }>({
      name: 'cart-save',
      text: 'select save_cart($1::jsonb, $2, $3::jsonb, $4, $5) as saved',
      values: [
        JSON.stringify(next),
        expectedVersion,
        JSON.stringify(events.map((event) => ({ id: ids.uuid(), ...event }))),
        clock.now(),
        currentTrace(),
      ],
    });
    const saved = row?.saved === true;
    if (saved && events.length > 0) outbox.nudge();
    return saved;
  },

  async catalogueOf(skus) {
    if (skus.length === 0) return [];
    const text = 'select product from catalogue_products where skus && $1::text[]';
    const rows = await pg.query<{ product: ReplicaProduct }>({ name: 'cart-catalogue', text, values: [skus] });
    return rows.map(({ product }) => product);
  },

  async saveProduct(product) {
    const skus = product.variants.map(({ sku }) => sku);
    await pg.query({
      name: 'cart-save-product',
      text: `insert into catalogue_products (id, version, product, skus) values ($1, $2, $3::jsonb, $4::text[])
        on conflict (id) do update
        set version = excluded.version, product = excluded.product, skus = excluded.skus
        where excluded.version > catalogue_products.version`,
      values: [product.id, product.version, JSON.stringify(product), skus],
    });
  },

  async expiredLocks(now, limit) {
    const text = 'select document from carts where ask_at <= $1 order by ask_at, user_id limit $2';
    return (await pg.query<CartRow>({ text, values: [now, limit] })).map(({ document }) => document);
  },
});
