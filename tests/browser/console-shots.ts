import type { Checkout } from '@shop/sdk/api.ts';
import { queryShop } from '../support/audit.ts';
import { admin, type Client, eventually, guest } from '../support/client.ts';
import type { Shop } from '../support/shop.ts';
import { parkSaga } from './parked.ts';
import type { Shot } from './shot.ts';
import type { Visitor } from './visitor.ts';

const buy = async (url: string, skus: readonly string[], voucher?: string) => {
  const kim = await guest(url);
  for (const sku of skus) await kim.add(sku);
  if (voucher) await kim.put(`/cart/vouchers/${voucher}`);
  const body = { contact: { email: 'kim@example.com', name: 'Kim Lindqvist' } };
  return (await kim.checkout({ body })).body;
};

const race = async (seller: Client) => {
  const { id } = (await seller.post('/lab/runs', { new: true, buyers: 60, units: 12, voucherUses: 36 })).body;
  await eventually(
    async () => (await seller.get(`/lab/runs/${id}`)).body,
    ({ finishedAt }) => finishedAt !== null,
    60_000,
  );
};

/** A busy quarter of an hour: orders in every state, a race, dead letters. */
const trade = async (shop: Shop) => {
  const seller = await admin(shop.url);
  const { items } = (await seller.get('/products?limit=40&status=active')).body;
  const skus = items.map(({ variants }: { variants: { sku: string }[] }) => variants.at(-1)?.sku);
  const placed = [];
  for (let buyer = 0; buyer < 9; buyer += 1)
    placed.push(
      await buy(shop.url, skus.slice(buyer * 2, buyer * 2 + 1 + (buyer % 3)), buyer % 3 ? undefined : 'WELCOME10'),
    );
  const orders = placed.flatMap(({ order }) => order ?? []);
  for (const [verb, index] of [
    ['ship', 0],
    ['deliver', 0],
    ['ship', 1],
    ['cancel', 2],
  ] as const)
    await seller.post(`/orders/${orders[index].id}/${verb}`);
  await race(seller);
  for (const [database, type, key] of [
    ['inventory', 'inventory.released', 'nothing'],
    ['product', 'product.updated', items[0].id],
  ] as const)
    await queryShop(
      shop,
      database,
      `select emit(gen_random_uuid(), '${type}', '${key}', '{"version": "broken"}', now())`,
    );
  const order = orders.find(({ lines }) => lines.length > 2) ?? orders[0];
  return { seller, order, sku: skus[3] as string };
};

const signIn = async (visitor: Visitor) => {
  await visitor.open('/sign-in?back=/console');
  await visitor.field('Email').fill('admin@example.com');
  await visitor.field('Password').fill('admin-password');
  await visitor.button('Sign in').click();
  await visitor.heading('Overview').waitFor();
};

/** The views of the console; the first look trades, the others look at what it has left. */
export const consoleShots = (shop: Shop): Record<string, Shot> => {
  let traded: ReturnType<typeof trade> | undefined;
  return {
    async console(visitor, take) {
      traded ??= trade(shop);
      const { seller, order, sku } = await traded;
      await signIn(visitor);
      const show = async (path: string, name: string, fullPage = false) => {
        await visitor.open(`/console${path}`);
        await visitor.page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
        await take(`console-${name}`, fullPage);
      };
      // One that has come far enough to have much to undo.
      const refused: Checkout[] = (await seller.get('/checkouts?status=compensated&limit=100')).body.items;
      const tooLate = refused.find(({ problem }) => problem?.code === 'OUT_OF_STOCK') ?? refused[0];
      const parked = await parkSaga({ shop, seller }, sku);
      await visitor.page.waitForTimeout(5_000);
      await show('', 'overview', true);
      await show('/sagas', 'sagas');
      await show(`/sagas/${parked}`, 'saga-parked', true);
      await show(`/sagas/${order.checkoutId}`, 'saga', true);
      await show(`/sagas/${tooLate?.id}`, 'saga-rolled-back', true);
      await show('/orders', 'orders');
      await show(`/orders/${order.id}`, 'order', true);
      await show('/products', 'products');
      await show(`/products/${order.lines[0].productId}`, 'product', true);
      await show('/products/import', 'import');
      await show('/stock', 'stock');
      await show(`/stock/${encodeURIComponent(order.lines[0].sku)}`, 'sku', true);
      await show('/vouchers', 'vouchers');
      await show('/vouchers/new', 'new-voucher', true);
      await show('/events', 'events');
      await show('/dead-letters', 'dead-letters');
      await show('/lab', 'race-lab', true);
    },
  };
};
