import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

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
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at the JSON that a client sees, whatever its shape.
  body: any;
}

/** A client that has waited for so long gives up and asks again. */
const PATIENCE_MS = 25_000;
const BETWEEN_TRIES_MS = 200;
/** Refusals that a shop under faults may come to: its own deadline passed. */
const FITTING = new Set(['CHECKOUT_TIMED_OUT']);

const send = async (url: string, method: string, path: string, token: string, body?: object, key?: string) => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(key && { 'Idempotency-Key': key }),
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, body: text ? JSON.parse(text) : undefined };
};

/** Buyers who buy one cart after the other until they are stopped; whatever fails is sent again with the same key. */
export const startLoad = ({ url, skus, voucher, buyers }: LoadOptions) => {
  const history: History = { told: [], wrong: [], repeated: [], slowestMs: 0 };
  let going = true;

  /** Sends until there is an answer that is one. */
  const ask = async (method: string, path: string, token = '', body?: object, key?: string): Promise<Answer> => {
    for (;;) {
      const start = performance.now();
      try {
        const answer = await send(url, method, path, token, body, key);
        if (answer.status !== 503 || answer.body?.checkoutId) return answer;
        history.repeated.push(`${method} ${path}: 503`);
        if (!answer.retryAfter) history.wrong.push(`${method} ${path}: 503 without Retry-After`);
      } catch (error) {
        const { name, message, cause } = error as Error;
        history.repeated.push(`${method} ${path}: ${name} ${message} ${String(cause ?? '')}`);
      } finally {
        history.slowestMs = Math.max(history.slowestMs, performance.now() - start);
      }
      await pause(BETWEEN_TRIES_MS);
    }
  };

  const expectStatus = (what: string, { status, body }: Answer, ...expected: number[]): boolean => {
    if (expected.includes(status)) return true;
    history.wrong.push(`${what}: ${status} ${JSON.stringify(body)}`);
    return false;
  };

  /** What the checkout comes to, however long that takes. */
  const outcomeOf = async (token: string, key: string): Promise<Told> => {
    const first = await ask('POST', '/checkouts', token, {}, key);
    let { status, body } = first;
    while (status === 202 || (status === 200 && ['running', 'compensating'].includes(body.status))) {
      await pause(100);
      ({ status, body } = await ask('GET', `/checkouts/${body.id}`, token));
    }
    const told = { key, token };
    if (status === 201 || (status === 200 && body.status === 'completed')) return { ...told, orderId: body.orderId };
    const code = status === 200 ? body.problem?.code : body.code;
    if (!FITTING.has(code)) history.wrong.push(`POST /checkouts: ${status} ${JSON.stringify(body)}`);
    return { ...told, refused: code };
  };

  const buyOnce = async (withVoucher: boolean): Promise<void> => {
    const guest = await ask('POST', '/auth/guest', '', {});
    if (!expectStatus('POST /auth/guest', guest, 201)) return;
    const token = guest.body.accessToken;
    for (const sku of skus) {
      // Set, not added: what was sent again must not count twice.
      const put = await ask('PUT', `/cart/items/${sku}`, token, { quantity: 1 });
      if (!expectStatus('PUT /cart/items', put, 200)) return;
    }
    if (withVoucher && voucher) {
      const put = await ask('PUT', `/cart/vouchers/${voucher}`, token);
      if (!expectStatus('PUT /cart/vouchers', put, 200)) return;
    }
    history.told.push(await outcomeOf(token, randomUUID()));
  };

  const shopping = Array.from({ length: buyers }, async (_, buyer) => {
    for (let cart = buyer; going; cart += 1) await buyOnce(cart % 2 === 0);
  });

  return {
    history,
    /** How many checkouts have completed. */
    completed: () => history.told.filter(({ orderId }) => orderId).length,
    /** Lets every buyer finish the cart in hand. */
    async stop(): Promise<History> {
      going = false;
      await Promise.all(shopping);
      return history;
    },
  };
};

export type Load = ReturnType<typeof startLoad>;

/** Everything that was acknowledged and is not as it was told; asks again with each key, as a client would. */
export const forgotten = async (url: string, { told }: History): Promise<string[]> => {
  const lost: string[] = [];
  for (const { key, token, orderId, refused } of told) {
    const again = await send(url, 'POST', '/checkouts', token, {}, key);
    if (orderId) {
      const order = await send(url, 'GET', `/orders/${orderId}`, token);
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
