import { randomUUID } from 'node:crypto';
import { type Client, call, customer, guest, product, type Reply } from '../support/client.ts';
import { playing, type Recorder } from './kept.ts';
import { buy, type Chapter, fill, type Stage } from './stage.ts';

const password = 'correct horse battery';

const answers = async (reply: Promise<Reply>, wanted: number): Promise<boolean> => (await reply).status === wanted;

const keyed = (send: (headers: Record<string, string>) => Promise<Reply>) => {
  const headers = { 'Idempotency-Key': randomUUID() };
  return () => send(headers);
};

/** A status once reached stays in the history, whatever comes after it. */
const orderWas = async (buyer: Client, orderId: string, status: string): Promise<boolean> => {
  const { history = [] } = (await buyer.get(`/orders/${orderId}`)).body;
  return history.some((entry: { status: string }) => entry.status === status);
};

const sell = async ({ stand: { url, seller }, sku, soldOut }: Stage, recorder: Recorder): Promise<void> => {
  const [kim, lea] = [await guest(url), await guest(url)];
  await fill(kim, sku);
  const { orderId } = (await buy(kim, recorder)).body;
  await fill(lea, soldOut);
  await buy(lea, recorder);
  await recorder.repeatable(keyed((headers) => kim.post(`/orders/${orderId}/cancel`, {}, headers)));
  await fill(kim, sku);
  const second = (await buy(kim, recorder)).body.orderId;
  await recorder.keep(
    'the order was shipped',
    () => seller.post(`/orders/${second}/ship`),
    () => orderWas(kim, second, 'shipped'),
  );
};

const keepShop = async ({ stand: { seller } }: Stage, { keep, repeatable }: Recorder): Promise<void> => {
  const { sku, product: made } = await product(seller, { stock: 1 });
  const receive = keyed((headers) =>
    seller.post(`/inventory/${sku}/adjustments`, { delta: 1, reason: 'receipt' }, headers),
  );
  await repeatable(receive);
  await keep('the units came in once', receive, async () => (await seller.get(`/inventory/${sku}`)).body.onHand === 2);
  const code = `V-${randomUUID().toUpperCase()}`;
  const voucher = () => seller.get(`/vouchers/${code}`);
  const draft = { code, type: 'percentage', value: 1000, scope: { kind: 'order' } };
  await keep(
    'the voucher was made',
    () => seller.post('/vouchers', draft),
    () => answers(voucher(), 200),
  );
  await keep(
    'the voucher was stopped',
    () => seller.patch(`/vouchers/${code}`, { active: false }),
    async () => (await voucher()).body.active === false,
  );
  const look = () => seller.get(`/products/${made.id}`);
  await keep(
    'the product was renamed',
    () => seller.patch(`/products/${made.id}`, { title: 'Changed' }),
    async () => {
      const { status, body } = await look();
      return status === 404 || body.title === 'Changed';
    },
  );
  await keep(
    'the product was deleted',
    () => seller.del(`/products/${made.id}`),
    () => answers(look(), 404),
  );
};

const comeIn = async ({ stand: { url }, sku }: Stage, { keep }: Recorder): Promise<void> => {
  const email = `${randomUUID()}@example.com`;
  const auth = (path: string, body: unknown) => call(url, 'POST', `/api/v1/auth/${path}`, { body });
  const signIn = () => auth('login', { email, password });
  const renew = (refreshToken: string) => auth('refresh', { refreshToken });
  const registered = await keep(
    'the customer was registered',
    () => auth('register', { email, password, name: 'Kim' }),
    () => answers(signIn(), 200),
  );
  await keep(
    'the sign-in was renewed',
    () => renew(registered.body.refreshToken),
    ({ body }) => answers(renew(body.refreshToken), 200),
  );
  const { refreshToken, accessToken } = (await signIn()).body;
  await keep(
    'somebody signed out',
    () => auth('logout', { refreshToken }),
    () => answers(renew(refreshToken), 401),
  );

  const thief = await guest(url);
  const stolen = (await renew(thief.refreshToken)).body.refreshToken;
  await keep(
    'a token that was used twice ended its sign-in',
    () => renew(thief.refreshToken),
    () => answers(renew(stolen), 401),
    401,
  );

  await moveIn(await guest(url), { sku, email, accessToken }, { keep });
};

/** A visitor with a unit in its cart signs in as `email`, whose own cart is empty. */
const moveIn = async (
  visitor: Client,
  { sku, email, accessToken }: { sku: string; email: string; accessToken: string },
  { keep }: Pick<Recorder, 'keep'>,
  beforeSignIn = async (): Promise<void> => {},
): Promise<void> => {
  const unitsOf = async (token: string): Promise<number> => {
    const { body } = await visitor.get('/cart', { Authorization: `Bearer ${token}` });
    return body.items.reduce((sum: number, item: { quantity: number }) => sum + item.quantity, 0);
  };
  await keep(
    'the unit was put into the cart',
    () => visitor.post('/cart/items', { sku, quantity: 1 }),
    // One after the other: looking at a cart that is on its way brings it there, and the other is to be seen after that.
    async () => (await unitsOf(visitor.token)) + (await unitsOf(accessToken)) === 1,
  );
  await beforeSignIn();
  await visitor.post('/auth/login', { email, password });
};

const become = async ({ stand: { url } }: Stage, { keep }: Recorder): Promise<void> => {
  const body = { email: `${randomUUID()}@example.com`, password, name: 'Lea' };
  const visitor = await guest(url);
  await keep(
    'the guest became a customer',
    () => visitor.post('/auth/register', body),
    async () => {
      const signedIn = await call(url, 'POST', '/api/v1/auth/login', { body: { email: body.email, password } });
      return signedIn.body.user?.id === visitor.userId;
    },
  );
};

/** Everything that the shop does when all is well. */
export const atWork: Chapter = {
  name: 'at work',
  async play(stage, order) {
    await stage.stand.order(order);
    return playing(async (recorder) => {
      await sell(stage, recorder);
      await keepShop(stage, recorder);
      await comeIn(stage, recorder);
      await become(stage, recorder);
    });
  },
};

/** A sign-in that moves a cart, killed at a point that this passes several times. */
export const movingCart: Chapter = {
  name: 'while a cart moves into another',
  play: ({ stand, sku }, order) =>
    playing(async (recorder) => {
      const email = `${randomUUID()}@example.com`;
      const { token } = await customer(stand.url, email);
      const moving = { sku, email, accessToken: token };
      await moveIn(await guest(stand.url), moving, recorder, () => stand.order(order));
    }),
};
