import { randomUUID } from 'node:crypto';
import { contractAt } from './contract.ts';

export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on the JSON that a client sees, whatever its shape.
  body: any;
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/** One user's view of the API. */
export interface Client {
  userId: string;
  token: string;
  refreshToken: string;
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  del(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** Puts `quantity` of a SKU into the cart; throws when that is refused. */
  add(sku: string, quantity?: number): Promise<void>;
  checkout(options?: { key?: string; body?: unknown; headers?: Record<string, string> }): Promise<Reply>;
}

/** Sends a request; throws when the answer is not as the shop's own document says. */
export const call = async (
  url: string,
  method: string,
  path: string,
  { body, headers }: CallOptions = {},
  token?: string,
): Promise<Reply> => {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(path.startsWith('/') ? url + path : path, {
    method,
    body: text as string | undefined,
    headers: {
      ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
  });
  const answer = await response.text();
  const json =
    response.headers.get('content-type')?.includes('json') && !response.headers.get('content-type')?.includes('ndjson');
  const reply = {
    status: response.status,
    headers: response.headers,
    body: json && answer ? JSON.parse(answer) : answer,
  };
  const contentType = response.headers.get('content-type');
  const wrong = path.startsWith('/') && (await contractAt(url))({ method, path, contentType, ...reply });
  if (wrong) throw new Error(wrong);
  return reply;
};

const clientOf = (
  url: string,
  session: { accessToken: string; refreshToken: string; user: { id: string } },
): Client => {
  const ask = (method: string, path: string, options?: CallOptions) =>
    call(url, method, `/api/v1${path}`, options, session.accessToken);
  return {
    userId: session.user.id,
    token: session.accessToken,
    refreshToken: session.refreshToken,
    call: ask,
    get: (path, headers) => ask('GET', path, { headers }),
    post: (path, body, headers) => ask('POST', path, { body: body ?? {}, headers }),
    put: (path, body, headers) => ask('PUT', path, { body, headers }),
    patch: (path, body, headers) => ask('PATCH', path, { body, headers }),
    del: (path, headers) => ask('DELETE', path, { headers }),
    async add(sku, quantity = 1) {
      const reply = await ask('POST', '/cart/items', { body: { sku, quantity } });
      if (reply.status !== 200) throw new Error(`Adding ${sku}: ${JSON.stringify(reply.body)}`);
    },
    checkout: ({ key = randomUUID(), body = {}, headers } = {}) =>
      ask('POST', '/checkouts', { body, headers: { 'Idempotency-Key': key, ...headers } }),
  };
};

const session = async (url: string, path: string, body: unknown, expected: number): Promise<Client> => {
  const reply = await call(url, 'POST', `/api/v1/auth/${path}`, { body });
  if (reply.status !== expected) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return clientOf(url, reply.body);
};

export const guest = (url: string): Promise<Client> => session(url, 'guest', {}, 201);
export const customer = (url: string, email = `${randomUUID()}@example.com`): Promise<Client> =>
  session(url, 'register', { email, password: 'correct horse battery', name: 'Kim' }, 201);
export const login = (url: string, email: string, password: string): Promise<Client> =>
  session(url, 'login', { email, password }, 200);
export const admin = (url: string): Promise<Client> => login(url, 'admin@example.com', 'admin-password');

/** Many at once, in the order of `count`. */
export const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** Asks until `check` holds; throws the last answer when it does not within `ms`. */
export const eventually = async <T>(ask: () => Promise<T>, check: (value: T) => boolean, ms = 10_000): Promise<T> => {
  const end = performance.now() + ms;
  for (;;) {
    const value = await ask();
    if (check(value)) return value;
    if (performance.now() > end)
      throw new Error(`Still not so after ${ms} ms: ${JSON.stringify(value).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

let made = 0;

/** Makes a product of one SKU with `stock` units; answers the SKU and the product. */
export const product = async (
  seller: Client,
  { stock = 100, price = 1000, ...fields }: { stock?: number; price?: number; [field: string]: unknown } = {},
  // biome-ignore lint/suspicious/noExplicitAny: the product as the API shows it.
): Promise<{ sku: string; product: any }> => {
  const sku = `SKU-${process.pid}-${++made}`;
  const reply = await seller.post('/products', {
    title: `Thing ${made}`,
    status: 'active',
    category: 'Things',
    brand: 'Acme',
    variants: [{ sku, price: { amount: price, currency: 'USD' }, options: {}, initialStock: stock }],
    ...fields,
  });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return { sku, product: reply.body };
};

export const stockOf = async (
  url: string,
  sku: string,
): Promise<{ onHand: number; reserved: number; available: number }> =>
  (await call(url, 'GET', `/api/v1/inventory/${sku}`)).body;
