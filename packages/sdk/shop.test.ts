import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Session } from './api.ts';
import { ShopError, ShopUnreachable } from './errors.ts';
import type { Tokens, Vault } from './session.ts';
import { createShop, type ShopOptions } from './shop.ts';
import { answering, hangUp, json, problem } from './testing.ts';

type Server = Awaited<ReturnType<typeof answering>>;
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const shopOf = async (options: Partial<ShopOptions>, ...answers: Parameters<typeof answering>) => {
  const server = await answering(...answers);
  servers.push(server);
  return { shop: createShop({ url: server.url, ...options }), url: server.url, received: server.received };
};

const session = (name: string): Session => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  tokenType: 'Bearer',
  expiresIn: 900,
  user: { id: '1', email: null, name: null, role: 'guest' },
});
const signedIn = (name: string, ms = 900_000): Tokens => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`,
  expiresAt: Date.now() + ms,
});
const cart = { items: [] };
/** The headers and some of the body. */
const half = (response: ServerResponse): void => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"items":');
};
const rejection = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error);

describe('problems', () => {
  it('When the shop refuses, then the error has its code, status, fields and time to wait', async () => {
    const errors = [{ sku: 'A', requested: 2, available: 1 }];
    const { shop, received } = await shopOf({}, problem(409, 'OUT_OF_STOCK', { errors, checkoutId: 'c1' }));
    const error = (await rejection(shop.checkouts.buy())) as ShopError;
    expect(error).toBeInstanceOf(ShopError);
    expect([error.code, error.status, error.problem.errors, error.problem.checkoutId]).toEqual([
      'OUT_OF_STOCK',
      409,
      errors,
      'c1',
    ]);
    expect(received).toHaveLength(1);
  });

  it('When something else answers, or nobody, then that is told apart from a refusal', async () => {
    const { shop } = await shopOf({ attempts: 1 }, (response) => response.writeHead(502).end('<html>'));
    expect(await rejection(shop.products.list())).toBeInstanceOf(ShopUnreachable);
    const nobody = createShop({ url: 'http://127.0.0.1:9', attempts: 1 });
    expect(await rejection(nobody.products.list())).toBeInstanceOf(ShopUnreachable);
  });

  it('When a page comes where the answer should be, then it is not taken for the shop', async () => {
    const { shop } = await shopOf({}, (response) => response.writeHead(200).end('<html>'));
    expect(await rejection(shop.products.list())).toBeInstanceOf(ShopUnreachable);
  });

  it.each([
    ['no answer', () => undefined],
    ['only half an answer', half],
  ])('When %s comes in time, then the wait ends', async (_what, answer) => {
    const { shop } = await shopOf({ attempts: 1, timeoutMs: 50 }, answer);
    expect(String(await rejection(shop.products.list()))).toContain('did not answer within 50 ms');
  });
});

describe('repeating', () => {
  it('When the rate is exceeded, then it is sent again after the time named, whatever it was', async () => {
    const { shop, received } = await shopOf(
      {},
      problem(429, 'RATE_LIMITED', {}, { 'Retry-After': '1' }),
      json(200, cart),
    );
    const from = performance.now();
    await shop.cart.add('A');
    expect(performance.now() - from).toBeGreaterThanOrEqual(1000);
    expect(received.map(({ body }) => body)).toEqual(['{"sku":"A","quantity":1}', '{"sku":"A","quantity":1}']);
  });

  it('When a checkout gets no answer, then it is sent again with the same key', async () => {
    const { shop, received } = await shopOf({}, hangUp, problem(503, 'UNAVAILABLE'), json(201, { id: 'c1' }));
    expect(await shop.checkouts.buy()).toMatchObject({ id: 'c1' });
    const keys = received.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(3);
  });

  it('When a page came over plain HTTP, where browsers have no randomUUID, then it can buy all the same', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const { shop, received } = await shopOf({}, json(201, { id: 'c1' }));
    await shop.checkouts.buy();
    await shop.checkouts.buy();
    vi.unstubAllGlobals();
    const keys = received.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
  });

  it('When an answer breaks off in its middle, then it has not come: it is asked for again where that is safe', async () => {
    const breaksOff = (response: ServerResponse) => {
      half(response);
      setTimeout(() => response.destroy(), 20);
    };
    const read = await shopOf({}, breaksOff, json(200, cart));
    expect(await read.shop.cart.get()).toEqual(cart);
    const write = await shopOf({}, breaksOff, json(200, cart));
    expect(await rejection(write.shop.cart.add('A'))).toBeInstanceOf(ShopUnreachable);
    expect(write.received).toHaveLength(1);
  });

  it("When a 503 is a checkout's outcome, then it is not sent again", async () => {
    const { shop, received } = await shopOf({}, problem(503, 'CHECKOUT_TIMED_OUT', { checkoutId: 'c1' }));
    expect(await rejection(shop.checkouts.buy())).toMatchObject({ code: 'CHECKOUT_TIMED_OUT' });
    expect(received).toHaveLength(1);
  });

  it.each([
    ['an add to the cart', (shop: ReturnType<typeof createShop>) => shop.cart.add('A')],
    ['a write of one version', (shop: ReturnType<typeof createShop>) => shop.cart.set('A', 2, { ifMatch: 3 })],
  ])('When %s gets no answer, then it is not sent again: it may have been done', async (_what, send) => {
    const { shop, received } = await shopOf({}, hangUp, json(200, cart));
    expect(await rejection(send(shop))).toBeInstanceOf(ShopUnreachable);
    expect(received).toHaveLength(1);
  });

  it('When it keeps failing, then it ends after the attempts allowed', async () => {
    const { shop, received } = await shopOf({ attempts: 3 }, hangUp);
    expect(await rejection(shop.cart.get())).toBeInstanceOf(ShopUnreachable);
    expect(received).toHaveLength(3);
  });

  it('When the shop asks for a longer wait than is accepted, then the refusal comes at once', async () => {
    const limited = problem(429, 'RATE_LIMITED', {}, { 'Retry-After': '60' });
    const { shop, received } = await shopOf({}, limited);
    expect(await rejection(shop.cart.get())).toMatchObject({ retryAfterMs: 60_000 });
    expect(received).toHaveLength(1);
  });

  it('When the caller gives up during a wait, then nothing more is sent', async () => {
    const { shop, received } = await shopOf({}, problem(429, 'RATE_LIMITED', {}, { 'Retry-After': '5' }));
    const signal = AbortSignal.timeout(1_000);
    expect(await rejection(shop.cart.get({ signal }))).toBe(signal.reason);
    expect(received).toHaveLength(1);
  });
});

describe('the sign-in', () => {
  it('When ten messages find their token run out, then it is renewed once', async () => {
    const kept: (Tokens | undefined)[] = [];
    const { shop, received } = await shopOf(
      { tokens: signedIn('old', 0), onTokens: (tokens) => kept.push(tokens) },
      (response, { path }) => json(200, path.endsWith('/refresh') ? session('new') : cart)(response),
    );
    await Promise.all(Array.from({ length: 10 }, () => shop.cart.get()));
    const renewals = received.filter(({ path }) => path.endsWith('/refresh'));
    expect(renewals.map(({ body, headers }) => [body, headers.authorization])).toEqual([
      ['{"refreshToken":"refresh-old"}', undefined],
    ]);
    const carts = received.filter(({ path }) => path.endsWith('/cart'));
    expect(new Set(carts.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer access-new']));
    expect(kept.map((tokens) => tokens?.refreshToken)).toEqual(['refresh-new']);
  });

  it('When two tabs share a sign-in that runs out, then one renews it for both', async () => {
    let tokens: Tokens | undefined = signedIn('old', 0);
    let last: Promise<unknown> = Promise.resolve();
    const vault: Vault = {
      read: () => tokens,
      write: (next) => {
        tokens = next;
      },
      alone: <T>(work: () => Promise<T>) => {
        const turn = last.then(work);
        last = turn;
        return turn;
      },
    };
    const { shop, url, received } = await shopOf({ vault }, (response, { path }) =>
      json(200, path.endsWith('/refresh') ? session('new') : cart)(response),
    );
    const other = createShop({ url, vault });
    await Promise.all([shop.cart.get(), other.cart.get()]);
    expect(received.filter(({ path }) => path.endsWith('/refresh'))).toHaveLength(1);
    expect([shop.tokens()?.refreshToken, other.tokens()?.refreshToken]).toEqual(['refresh-new', 'refresh-new']);
  });

  it('When a token is refused that looked good, then it is renewed and the message sent again', async () => {
    const { shop, received } = await shopOf(
      { tokens: signedIn('old') },
      problem(401, 'UNAUTHENTICATED'),
      json(200, session('new')),
      json(200, cart),
    );
    await shop.cart.add('A');
    expect(received.map(({ path }) => path)).toEqual([
      '/api/v1/cart/items',
      '/api/v1/auth/refresh',
      '/api/v1/cart/items',
    ]);
  });

  it('When the renewal is refused, then the sign-in has ended and the caller is told', async () => {
    const kept: (Tokens | undefined)[] = [];
    const { shop } = await shopOf(
      { tokens: signedIn('old'), onTokens: (tokens) => kept.push(tokens) },
      problem(401, 'UNAUTHENTICATED'),
    );
    expect(await rejection(shop.cart.get())).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(kept).toEqual([undefined]);
    expect(shop.tokens()).toBeUndefined();
  });

  it('When the answer to a renewal is lost, then it is not sent again by itself', async () => {
    const { shop, received } = await shopOf({ tokens: signedIn('old', 0) }, hangUp);
    expect(await rejection(shop.cart.get())).toBeInstanceOf(ShopUnreachable);
    expect(received.map(({ path }) => path)).toEqual(['/api/v1/auth/refresh']);
  });

  it('When somebody signs out, then it goes without a token, and the tokens are gone even if the shop is', async () => {
    const { shop, received } = await shopOf({ tokens: signedIn('old'), attempts: 1 }, hangUp);
    await rejection(shop.auth.logout());
    expect(shop.tokens()).toBeUndefined();
    expect(received[0]).toMatchObject({ path: '/api/v1/auth/logout', body: '{"refreshToken":"refresh-old"}' });
    expect(received[0]?.headers.authorization).toBeUndefined();
  });

  it("When a guest signs in, then the guest's token goes along", async () => {
    const { shop, received } = await shopOf({ tokens: signedIn('guest') }, json(200, session('kim')));
    await shop.auth.login({ email: 'kim@example.com', password: 'x' });
    expect(received[0]?.headers.authorization).toBe('Bearer access-guest');
    expect(shop.tokens()?.accessToken).toBe('access-kim');
  });
});

describe('watching a checkout', () => {
  const event = (status: string) => `event: checkout\ndata: ${JSON.stringify({ id: 'c1', status })}\n\n`;
  const streaming =
    (pieces: string[], cut = false) =>
    (response: Parameters<typeof hangUp>[0]): void => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const piece of pieces) response.write(piece);
      if (cut) setTimeout(() => response.destroy(), 20);
      else response.end();
    };
  const statuses = async (shop: ReturnType<typeof createShop>, signal?: AbortSignal, onBroken?: () => void) => {
    const seen: string[] = [];
    for await (const { status } of shop.checkouts.watch('c1', signal, onBroken)) seen.push(status);
    return seen;
  };

  it('When pieces are cut anywhere and lines end in any way, then each event comes once', async () => {
    const text = `: hello\r\n${event('running').replaceAll('\n', '\r\n')}${event('completed').replaceAll('\n', '\r')}`;
    const { shop } = await shopOf({}, streaming([...text]));
    expect(await statuses(shop)).toEqual(['running', 'completed']);
  });

  it('When the connection breaks in the middle of an event, then it is opened again', async () => {
    const half = event('compensating').slice(0, 30);
    const { shop, received } = await shopOf(
      {},
      streaming([event('running'), half], true),
      streaming([event('compensated')]),
    );
    let breaks = 0;
    expect(await statuses(shop, undefined, () => breaks++)).toEqual(['running', 'compensated']);
    expect([received.length, breaks]).toEqual([2, 1]);
  });

  it('When the checkout is not there, then watching fails', async () => {
    const { shop } = await shopOf({}, problem(404, 'CHECKOUT_NOT_FOUND'));
    await expect(statuses(shop)).rejects.toMatchObject({ code: 'CHECKOUT_NOT_FOUND' });
  });

  it('When the watcher goes away, then it ends without an error', async () => {
    const { shop } = await shopOf({}, (response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(event('running'));
    });
    const gone = new AbortController();
    const seen: string[] = [];
    for await (const { status } of shop.checkouts.watch('c1', gone.signal)) {
      seen.push(status);
      setTimeout(() => gone.abort(), 20);
    }
    expect(seen).toEqual(['running']);
  });
});
