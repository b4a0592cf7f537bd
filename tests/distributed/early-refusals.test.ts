import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { type Client, eventually, guest, product, type Reply, times } from '../support/client.ts';
import { settled } from '../support/everything.ts';
import { openShop } from '../support/open-shop.ts';

/** Rushes with more buyers than are driven at a time: most of them are refused before their checkout is written down. */
const open = openShop();

const BUYERS = 150;
const USES = 5;

interface Buyer extends Client {
  key: string;
}

/** Buyers with one unit of a SKU of that stock in their carts, and a voucher of a few uses. */
const buyersOf = async (stock: number) => {
  const code = `RUSH-${randomUUID().slice(0, 8).toUpperCase()}`;
  const { sku } = await product(open.seller, { stock });
  const voucher = { code, type: 'percentage', value: 1000, scope: { kind: 'order' }, usageLimit: USES };
  expect((await open.seller.post('/vouchers', voucher)).status).toBe(201);
  const buyers: Buyer[] = [];
  for (let made = 0; made < BUYERS; made += 25)
    buyers.push(
      ...(await times(25, async () => {
        const client = await guest(open.shop.url);
        await client.add(sku);
        expect((await client.put(`/cart/vouchers/${code}`)).status).toBe(200);
        return { ...client, key: randomUUID() };
      })),
    );
  return { code, buyers };
};

const checkouts = (buyers: readonly Buyer[]): Promise<Reply[]> =>
  Promise.all(buyers.map(({ checkout, key }) => checkout({ key })));

const checkoutsBegun = async (): Promise<number> => {
  const sagas = await open.shop.query('order', "select id from sagas where kind = 'checkout'");
  return sagas.length;
};

/** Nothing is written to sagas for a second: checkouts that come meanwhile wait, however fast the machine is. */
const hold = () => open.shop.query('order', HOLD);
const HOLD = 'do $$ begin lock table sagas in exclusive mode; perform pg_sleep(1); end $$';

/** Sells all the uses, one checkout too many; then all the others come at once. */
const rush = async ({ code, buyers }: Awaited<ReturnType<typeof buyersOf>>) => {
  const first = buyers.slice(0, USES + 1);
  const sold = await checkouts(first);
  expect(sold.filter(({ status }) => status === 201)).toHaveLength(USES);
  const [stored] = sold.filter(({ status }) => status === 409);
  const rest = buyers.slice(first.length);
  const begun = await checkoutsBegun();
  const [replies] = await Promise.all([checkouts(rest), hold()]);
  const early = replies.filter(({ body }) => body.checkoutId === undefined);
  expect(early.length).toBeGreaterThan(0);
  expect(await checkoutsBegun()).toBe(begun + rest.length - early.length);
  // Early or not, all are told the same.
  const told = ({ status, body: { checkoutId: _, instance: _path, ...body } }: Reply) => ({ status, body });
  for (const reply of replies) expect(told(reply)).toEqual(told(stored as Reply));
  expect(stored?.body).toMatchObject({ code: 'VOUCHER_REJECTED', errors: [{ code, reason: 'USAGE_LIMIT' }] });
  const bought = first.filter((_, at) => sold[at]?.status === 201);
  const orderIds = sold.filter(({ status }) => status === 201).map(({ body }) => body.orderId as string);
  return { bought, orderIds, left: rest.filter((_, at) => early.includes(replies[at] as Reply)) };
};

afterEach(async () => {
  await settled(open.seller);
  expect(await auditShop(open.shop)).toEqual([]);
});

it('When a voucher is used up, then most of a rush are refused early, as others are, until uses come back', async () => {
  const { code, buyers } = await buyersOf(1_000);
  const { bought, orderIds, left } = await rush({ code, buyers });
  // A cancelled order gives its use back, a raised limit more; early refusals have used up no key.
  expect((await bought[0]?.post(`/orders/${orderIds[0]}/cancel`))?.status).toBe(200);
  await eventually(
    () => open.seller.get(`/vouchers/${code}`),
    ({ body }) => body.used === USES - 1,
  );
  expect((await open.seller.patch(`/vouchers/${code}`, { usageLimit: USES + 9 })).status).toBe(200);
  const again = await checkouts(left);
  expect(again.filter(({ status }) => status === 201)).toHaveLength(Math.min(10, left.length));
});

it('When stock is short as well, then a rush is refused for the voucher, which comes first', async () => {
  const { code, buyers } = await buyersOf(USES);
  const { left } = await rush({ code, buyers });
  expect((await open.seller.del(`/vouchers/${code}`)).status).toBe(204);
  for (const { body } of await checkouts(left))
    expect(body).toMatchObject({ code: 'VOUCHER_REJECTED', errors: [{ code, reason: 'INACTIVE' }] });
});
