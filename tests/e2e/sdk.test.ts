import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Checkout } from '../../packages/sdk/api.ts';
import { ShopError } from '../../packages/sdk/errors.ts';
import { each } from '../../packages/sdk/pages.ts';
import type { Tokens } from '../../packages/sdk/session.ts';
import { createShop, type Shop as Sdk, type ShopOptions } from '../../packages/sdk/shop.ts';
import { eventually, times } from '../support/client.ts';
import { comparing } from '../support/contract.ts';
import { removeFolder, type Shop, startShop } from '../support/shop.ts';

let shop: Shop;
let seller: Sdk;
beforeAll(async () => {
  shop = await startShop({ env: { RATE_LIMIT: 'on', TRUST_PROXY: '1' } });
  seller = as();
  await seller.auth.login({ email: 'admin@example.com', password: 'admin-password' });
});
const complaints: string[] = [];
afterAll(async () => {
  await shop?.stop();
  if (shop) removeFolder(shop.dataDir);
  expect(complaints).toEqual([]);
});

let addresses = 0;
/** Each client comes from an address of its own: the limits hold, but nobody uses up another's. */
const from = (): typeof fetch => {
  addresses += 1;
  const address = `10.0.0.${addresses}`;
  const send = comparing(shop.url, complaints);
  return (input, init) => send(input, { ...init, headers: { ...init?.headers, 'X-Forwarded-For': address } });
};
const as = (options: Partial<ShopOptions> = {}): Sdk => createShop({ url: shop.url, fetch: from(), ...options });
const guest = async (options?: Partial<ShopOptions>): Promise<Sdk> => {
  const buyer = as(options);
  await buyer.auth.guest();
  return buyer;
};

let made = 0;
const usd = (amount: number) => ({ amount, currency: 'USD' });
/** Puts a product of one SKU on sale; answers the SKU. */
const onSale = async (initialStock = 100): Promise<string> => {
  made += 1;
  const sku = `SDK-${made}`;
  await seller.products.create({ title: `Thing ${made}`, variants: [{ sku, price: usd(1000), initialStock }] });
  return sku;
};

const refusal = async (work: Promise<unknown>): Promise<ShopError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ShopError);
  return error as ShopError;
};

describe('Signing in', () => {
  it('When somebody registers and signs in elsewhere, then both are that user; a wrong password is told by its code', async () => {
    const phone = as();
    const account = { email: 'kim@example.com', password: 'correct horse battery' };
    const { user } = await phone.auth.register({ ...account, name: 'Kim' });
    expect(user).toMatchObject({ email: account.email, name: 'Kim', role: 'customer' });
    const laptop = as();
    await laptop.auth.login(account);
    expect(await laptop.auth.me()).toEqual(await phone.auth.me());
    expect(await refusal(as().auth.login({ ...account, password: 'wrong' }))).toMatchObject({
      code: 'BAD_CREDENTIALS',
      status: 401,
    });
  });

  it('When a token has run out, or is refused, then it is renewed once for all, and the sign-in goes on', async () => {
    const first = await guest();
    const { user, tokens } = { user: await first.auth.me(), tokens: first.tokens() as Tokens };
    const kept: (Tokens | undefined)[] = [];
    const onTokens = (next: Tokens | undefined) => kept.push(next);
    const later = as({ tokens: { ...tokens, expiresAt: Date.now() }, onTokens });
    expect(new Set(await times(5, async () => (await later.auth.me()).id))).toEqual(new Set([user.id]));
    expect(kept).toHaveLength(1);
    const refused = as({ tokens: { ...(kept[0] as Tokens), accessToken: 'not.a.token' }, onTokens });
    expect((await refused.auth.me()).id).toBe(user.id);
    expect(kept).toHaveLength(2);
  });

  it('When an old sign-in comes back after its tokens were renewed, or somebody signs out, then it has ended', async () => {
    const first = await guest();
    const old = first.tokens() as Tokens;
    await as({ tokens: { ...old, expiresAt: Date.now() } }).auth.me();
    const thief = as({ tokens: { ...old, expiresAt: Date.now() } });
    expect(await refusal(thief.auth.me())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(thief.tokens()).toBeUndefined();
    const leaving = await guest();
    const left = leaving.tokens() as Tokens;
    await leaving.auth.logout();
    const back = as({ tokens: { ...left, expiresAt: Date.now() } });
    expect(await refusal(back.cart.get())).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('When a guest with a cart signs in, then the carts become one, and who registers keeps theirs', async () => {
    const sku = await onSale();
    const account = { email: 'merge@example.com', password: 'correct horse battery' };
    const visitor = await guest();
    await visitor.cart.add(sku, 2);
    const before = await visitor.auth.me();
    const { user } = await visitor.auth.register({ ...account, name: 'Merle' });
    expect(user.id).toBe(before.id);
    expect((await visitor.cart.get()).items).toMatchObject([{ sku, quantity: 2 }]);
    const elsewhere = await guest();
    await elsewhere.cart.add(sku, 3);
    expect((await elsewhere.auth.login(account)).cartMerged).toBe(true);
    expect((await elsewhere.cart.get()).items).toMatchObject([{ sku, quantity: 5 }]);
  });
});

describe('Looking around and filling a cart', () => {
  it('When a list is walked page by page, then everything comes once, in order', async () => {
    const skus = [];
    for (let count = 0; count < 7; count += 1) skus.push(await onSale());
    const found: string[] = [];
    for await (const { variants } of each((cursor) => seller.products.list({ limit: 3, cursor })))
      found.push(variants[0]?.sku ?? '');
    expect(found.slice(0, 7)).toEqual(skus.reverse());
    expect(new Set(found).size).toBe(found.length);
    expect(found).toHaveLength(made);
  });

  it('When a cart is edited from an old version, then the error says so and the cart stays', async () => {
    const sku = await onSale();
    const buyer = await guest();
    const { version } = await buyer.cart.add(sku);
    const changed = await buyer.cart.set(sku, 4, { ifMatch: version });
    expect(changed.items).toMatchObject([{ sku, quantity: 4, lineTotal: usd(4000) }]);
    expect(await refusal(buyer.cart.set(sku, 9, { ifMatch: version }))).toMatchObject({
      code: 'VERSION_CONFLICT',
      status: 412,
    });
    expect((await buyer.cart.get()).items).toMatchObject([{ sku, quantity: 4 }]);
    expect((await buyer.cart.remove(sku)).items).toEqual([]);
  });

  it('When vouchers are added, then the quote has them; one that is unknown is refused with its reason', async () => {
    const sku = await onSale();
    await seller.vouchers.create({ code: 'SDK-10', type: 'percentage', value: 1000, scope: { kind: 'order' } });
    const buyer = await guest();
    await buyer.cart.add(sku, 3);
    expect((await buyer.cart.addVoucher('sdk-10')).vouchers).toEqual(['SDK-10']);
    expect(await buyer.cart.quote()).toMatchObject({ discountTotal: usd(300), total: usd(2700), rejected: [] });
    const { code, problem } = await refusal(buyer.cart.addVoucher('NO-SUCH'));
    expect([code, problem.errors]).toEqual(['VOUCHER_REJECTED', [{ code: 'NO-SUCH', reason: 'UNKNOWN' }]]);
    expect((await buyer.cart.removeVoucher('SDK-10')).vouchers).toEqual([]);
    await seller.vouchers.update('SDK-10', { active: false });
    expect(await refusal(buyer.cart.addVoucher('SDK-10'))).toMatchObject({ code: 'VOUCHER_REJECTED' });
  });
});

describe('Buying', () => {
  it('When a checkout is watched, then its steps come one after the other, up to the order; the key finds it again', async () => {
    const sku = await onSale();
    const buyer = await guest();
    await buyer.cart.add(sku, 2);
    const idempotencyKey = 'watched';
    const started = await buyer.checkouts.start({ expectedTotal: usd(2000) }, { idempotencyKey });
    const seen: Checkout[] = [];
    for await (const checkout of buyer.checkouts.watch(started.id)) seen.push(checkout);
    const counts = seen.map(({ steps }) => steps.length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    const last = seen.at(-1) as Checkout;
    expect([last.id, last.status]).toEqual([started.id, 'completed']);
    expect(last.steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'lockCart done',
      'applyVouchers skipped',
      'reserveInventory done',
      'createOrder done',
      'completeCart done',
    ]);
    const again = await buyer.checkouts.buy({ expectedTotal: usd(2000) }, { idempotencyKey });
    const order = await buyer.orders.get(last.orderId);
    expect(again).toMatchObject({ id: started.id, order });
    expect(order).toMatchObject({ status: 'confirmed', total: usd(2000) });
    expect(await refusal(buyer.checkouts.buy({}, { idempotencyKey }))).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect((await buyer.orders.list()).items.map(({ id }) => id)).toEqual([order.id]);
  });

  it('When too little is in stock, then the refusal says what is missing, and is final for its key', async () => {
    const sku = await onSale(1);
    const buyer = await guest();
    await buyer.cart.add(sku, 2);
    const idempotencyKey = 'too much';
    const { code, problem } = await refusal(buyer.checkouts.buy({}, { idempotencyKey }));
    expect([code, problem.errors]).toEqual(['OUT_OF_STOCK', [{ sku, requested: 2, available: 1 }]]);
    const checkout = await buyer.checkouts.get(problem.checkoutId ?? '');
    expect(checkout).toMatchObject({ status: 'compensated', problem: { code: 'OUT_OF_STOCK' } });
    await buyer.cart.set(sku, 1);
    expect(await refusal(buyer.checkouts.buy({}, { idempotencyKey }))).toMatchObject({ code: 'OUT_OF_STOCK' });
    expect(await buyer.checkouts.buy()).toMatchObject({ status: 'completed' });
  });

  it('When an order is cancelled, then its stock comes back; another user does not find it', async () => {
    const sku = await onSale(5);
    const buyer = await guest();
    const orderIds = [];
    for (let count = 0; count < 3; count += 1) {
      await buyer.cart.add(sku);
      orderIds.push((await buyer.checkouts.buy()).orderId);
    }
    const listed: string[] = [];
    for await (const { id } of each((cursor) => buyer.orders.list({ limit: 2, cursor }))) listed.push(id);
    expect(listed).toEqual([...orderIds].reverse());
    const [id = ''] = orderIds;
    expect(await refusal((await guest()).orders.get(id))).toMatchObject({ code: 'ORDER_NOT_FOUND', status: 404 });
    expect(await buyer.orders.cancel(id, 'changed my mind')).toMatchObject({ id, status: 'cancelled' });
    expect(await buyer.orders.cancel(id)).toMatchObject({ id, status: 'cancelled' });
    const stock = await eventually(
      () => seller.inventory.get(sku),
      ({ onHand, reserved }) => onHand === 3 && reserved === 0,
    );
    expect(stock).toMatchObject({ onHand: 3, reserved: 0 });
    await seller.orders.ship(orderIds[1] ?? '');
    expect(await refusal(buyer.orders.cancel(orderIds[1] ?? ''))).toMatchObject({ code: 'NOT_CANCELLABLE' });
  });
});

describe('Too many requests', () => {
  it('When a user buys too often, then the error says for how long; a client that may wait so long waits', async () => {
    let sent = 0;
    const send = from();
    const counting: typeof fetch = (input, init) => {
      sent += 1;
      return send(input, init);
    };
    const hasty = await guest({ fetch: counting });
    for (let count = 0; count < 30; count += 1)
      expect(await refusal(hasty.checkouts.buy())).toMatchObject({ code: 'CART_EMPTY', status: 422 });
    sent = 0;
    const error = await refusal(hasty.checkouts.buy());
    expect(error).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(error.retryAfterMs).toSatisfy((ms: number) => ms > 10_000 && ms <= 60_000);
    expect(sent).toBe(1);

    const patient = as({ fetch: counting, tokens: hasty.tokens(), longestWaitMs: 60_000 });
    const signal = AbortSignal.timeout(500);
    expect(await patient.checkouts.buy({}, { signal }).catch((reason: unknown) => reason)).toBe(signal.reason);
    expect(sent).toBe(2);
    // Another limit, another user: neither is in the way.
    expect((await hasty.cart.get()).items).toEqual([]);
    expect(await refusal((await guest()).checkouts.buy())).toMatchObject({ code: 'CART_EMPTY' });
  });
});
