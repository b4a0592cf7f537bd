import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Checkout } from '@shop/sdk/api.ts';
import { watchCheckout } from '@shop/sdk/watch.ts';
import { requestInit, type Sent } from '../support/request-init.ts';

/** What one buyer was told of one checkout. */
export interface Told {
  key: string;
  token: string;
  /** Of a completed one. */
  orderId?: string;
  /** The code of a refusal. */
  refused?: string;
}

/** What a load has seen, as its clients saw it. */
export interface History {
  told: Told[];
  /** Answers that no client should get: neither success, nor a refusal that fits, nor 503 with Retry-After. */
  wrong: string[];
  /** Requests that were answered 503 or not at all, and sent again. */
  repeated: string[];
  /** How many requests were answered, by method and path without ids. */
  answered: Record<string, number>;
  /** Streams that ended before their checkout had, and were opened again. */
  resumed: number;
  /** The longest that any request took, in milliseconds. */
  slowestMs: number;
}

export interface LoadOptions {
  url: string;
  /** What is bought, one of each. */
  skus: readonly string[];
  /** A voucher for every other cart. */
  voucher?: string;
  buyers: number;
  /** Further ones who want no answer, and watch their checkout instead; none unless given. */
  watchers?: number;
  /** Those who look at products, stock and an own cart, one after the other; none unless given. */
  visitors?: number;
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at the JSON that a client sees, whatever its shape.
  body: any;
}

/** A client that has waited for so long gives up and asks again. */
const PATIENCE_MS = 25_000;
/** The longest that a stream stays open. */
const WATCH_MS = 60_000;
const BETWEEN_TRIES_MS = 200;
/** Refusals that a shop under faults may come to: its own deadline passed. */
const FITTING = new Set(['CHECKOUT_TIMED_OUT']);

const keyed = (key: string) => ({ 'Idempotency-Key': key });

const send = async (url: string, method: string, path: string, sent: Sent) => {
  const response = await fetch(`${url}/api/v1${path}`, requestInit(method, sent, PATIENCE_MS));
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, body: text ? JSON.parse(text) : undefined };
};

const causeOf = (error: unknown): string => {
  const { name, message, cause } = error as Error;
  return `${name} ${message} ${String(cause ?? '')}`;
};

/** Asks the shop as its clients do, and writes down what they see. */
const createAsking = (url: string) => {
  const history: History = { told: [], wrong: [], repeated: [], answered: {}, resumed: 0, slowestMs: 0 };

  const expectStatus = (what: string, { status, body }: Answer, ...expected: number[]): boolean => {
    if (expected.includes(status)) return true;
    history.wrong.push(`${what}: ${status} ${JSON.stringify(body)}`);
    return false;
  };

  /** Sends until there is an answer that is one; whatever fails is sent again as it was. */
  const ask = async (method: string, path: string, sent: Sent = {}): Promise<Answer> => {
    for (;;) {
      const start = performance.now();
      try {
        const answer = await send(url, method, path, sent);
        const route = `${method} ${path.replace(/[0-9a-f-]{36}|SKU-[\d-]+/g, ':id')}`;
        history.answered[route] = (history.answered[route] ?? 0) + 1;
        if (answer.status !== 503 || answer.body?.checkoutId) return answer;
        history.repeated.push(`${method} ${path}: 503`);
        if (!answer.retryAfter) history.wrong.push(`${method} ${path}: 503 without Retry-After`);
      } catch (error) {
        history.repeated.push(`${method} ${path}: ${causeOf(error)}`);
      } finally {
        history.slowestMs = Math.max(history.slowestMs, performance.now() - start);
      }
      await pause(BETWEEN_TRIES_MS);
    }
  };

  async function* unbroken(body: ReadableStream<Uint8Array>, path: string) {
    try {
      yield* body;
    } catch (error) {
      history.repeated.push(`GET ${path} broke off: ${causeOf(error)}`);
      throw error;
    }
  }

  /** Watches a checkout to its end, as the SDK does: a stream that ends before is opened again. */
  const watch = async (token: string, id: string): Promise<Checkout | undefined> => {
    const path = `/checkouts/${id}/events`;
    let opened = 0;
    let last: Checkout | undefined;
    const open = async () => {
      opened += 1;
      const response = await fetch(`${url}/api/v1${path}`, {
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(WATCH_MS),
      });
      if (response.status === 200 && response.body)
        return new Response(ReadableStream.from(unbroken(response.body, path)));
      history.repeated.push(`GET ${path}: ${response.status}`);
      throw new Error(await response.text());
    };
    for await (const checkout of watchCheckout(open)) last = checkout;
    history.resumed += opened - 1;
    return last;
  };

  return { history, ask, watch, expectStatus };
};

type Asking = ReturnType<typeof createAsking>;

/** A checkout's outcome by asking for it, however long that takes. */
const waitForOutcome = async ({ ask, history }: Asking, token: string, key: string): Promise<Told> => {
  let { status, body } = await ask('POST', '/checkouts', { token, body: {}, headers: keyed(key) });
  while (status === 202 || (status === 200 && ['running', 'compensating'].includes(body.status))) {
    await pause(100);
    ({ status, body } = await ask('GET', `/checkouts/${body.id}`, { token }));
  }
  const told = { key, token };
  if (status === 201 || (status === 200 && body.status === 'completed')) return { ...told, orderId: body.orderId };
  const code = status === 200 ? body.problem?.code : body.code;
  if (!FITTING.has(code)) history.wrong.push(`POST /checkouts: ${status} ${JSON.stringify(body)}`);
  return { ...told, refused: code };
};

/** A checkout's outcome by watching it. */
const watchForOutcome = async ({ ask, watch, history }: Asking, token: string, key: string): Promise<Told> => {
  const headers = { ...keyed(key), Prefer: 'respond-async' };
  const { body } = await ask('POST', '/checkouts', { token, body: {}, headers });
  const seen = await watch(token, body.id);
  if (seen?.status === 'completed') return { key, token, orderId: seen.orderId };
  const refused = seen?.problem?.code ?? 'nothing';
  if (!FITTING.has(refused)) history.wrong.push(`GET /checkouts/${body.id}/events: ${JSON.stringify(seen)}`);
  return { key, token, refused };
};

/**
 * Buyers who buy one cart after the other until they are stopped, and visitors who look around; whatever fails is sent
 * again, with the same key.
 */
export const startLoad = ({ url, skus, voucher, buyers, watchers = 0, visitors = 0 }: LoadOptions) => {
  const asking = createAsking(url);
  const { history, ask, expectStatus } = asking;
  let going = true;

  const arrive = async (): Promise<string | undefined> => {
    const guest = await ask('POST', '/auth/guest', { body: {} });
    return expectStatus('POST /auth/guest', guest, 201) ? guest.body.accessToken : undefined;
  };

  const fillCart = async (token: string, withVoucher: boolean): Promise<boolean> => {
    for (const sku of skus) {
      // Set, not added: what was sent again must not count twice.
      const put = await ask('PUT', `/cart/items/${sku}`, { token, body: { quantity: 1 } });
      if (!expectStatus('PUT /cart/items', put, 200)) return false;
    }
    if (!withVoucher || !voucher) return true;
    const put = await ask('PUT', `/cart/vouchers/${voucher}`, { token });
    return expectStatus('PUT /cart/vouchers', put, 200);
  };

  const buyOnce = async (withVoucher: boolean, outcomeOf: typeof waitForOutcome): Promise<void> => {
    const token = await arrive();
    if (token && (await fillCart(token, withVoucher))) history.told.push(await outcomeOf(asking, token, randomUUID()));
  };

  const visit = async (): Promise<void> => {
    const token = await arrive();
    if (!token || !(await fillCart(token, true))) return;
    for (const path of ['/products', `/inventory/${skus[0]}`, '/cart', '/cart/quote', '/orders', '/auth/me'])
      expectStatus(`GET ${path}`, await ask('GET', path, { token }), 200);
  };

  const people = [
    ...Array.from({ length: buyers }, async (_, buyer) => {
      for (let cart = buyer; going; cart += 1) await buyOnce(cart % 2 === 0, waitForOutcome);
    }),
    ...Array.from({ length: watchers }, async () => {
      while (going) await buyOnce(true, watchForOutcome);
    }),
    ...Array.from({ length: visitors }, async () => {
      while (going) await visit();
    }),
  ];

  return {
    history,
    /** How many checkouts have completed. */
    completed: () => history.told.filter(({ orderId }) => orderId).length,
    /** Lets everyone finish what they are at. */
    async stop(): Promise<History> {
      going = false;
      await Promise.all(people);
      return history;
    },
  };
};

export type Load = ReturnType<typeof startLoad>;

/** Everything that was acknowledged and is not as it was told; asks again with each key, as a client would. */
export const forgotten = async (url: string, { told }: History): Promise<string[]> => {
  const lost: string[] = [];
  for (const { key, token, orderId, refused } of told) {
    const again = await send(url, 'POST', '/checkouts', { token, body: {}, headers: keyed(key) });
    if (orderId) {
      const order = await send(url, 'GET', `/orders/${orderId}`, { token });
      if (order.status !== 200 || order.body.status !== 'confirmed')
        lost.push(`order ${orderId}: ${order.status} ${JSON.stringify(order.body)}`);
      if (again.status !== 201 || again.body.orderId !== orderId)
        lost.push(`key ${key} of order ${orderId}: ${again.status} ${JSON.stringify(again.body)}`);
    } else if (again.body?.code !== refused) {
      lost.push(`key ${key}, refused with ${refused}: ${again.status} ${JSON.stringify(again.body)}`);
    }
  }
  return lost;
};
