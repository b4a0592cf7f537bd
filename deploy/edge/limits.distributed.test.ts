import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sent, send, startTestEdge, type TestEdge } from './testing.ts';

let edge: TestEdge;
beforeAll(async () => {
  edge = await startTestEdge({ rateLimit: 'on', trustProxy: 1 });
});
afterAll(() => edge.close());

const atOnce = 100;

/** How many of `count` requests from one address are let through. */
const passed = async (count: number, from: string, sent: Sent): Promise<number> => {
  const headers = { 'X-Forwarded-For': `9.9.9.9, ${from}` };
  let through = 0;
  for (let left = count; left > 0; left -= atOnce) {
    const some = await Promise.all(
      Array.from({ length: Math.min(left, atOnce) }, () => send(edge, { ...sent, headers })),
    );
    through += some.filter(({ status }) => status === 200).length;
  }
  return through;
};

describe('the limits of an address at the edge', () => {
  it.each([
    ['sign-ins', { method: 'POST', path: '/api/v1/auth/login' }, 20],
    ['new guests', { method: 'POST', path: '/api/v1/auth/guest' }, 60],
    ['checkouts', { method: 'POST', path: '/api/v1/checkouts' }, 120],
    ['requests', { path: '/api/v1/cart' }, 600],
  ])(
    'When %s exceed their number a minute, then the rest are 429, and another address is served',
    async (_what, sent, limit) => {
      const through = await passed(limit + 60, `10.0.1.${limit % 251}`, sent);
      // The bucket itself, one that is under way, and what has leaked since.
      expect(through).toBeGreaterThanOrEqual(limit);
      expect(through).toBeLessThanOrEqual(limit + 50);
      expect(await passed(5, `10.0.2.${limit % 251}`, sent)).toBe(5);
    },
  );

  it('When somebody is refused for the rate, then the problem says when to come back', async () => {
    const login = { method: 'POST', path: '/api/v1/auth/login', headers: { 'X-Forwarded-For': '10.0.0.3' } };
    const all = await Promise.all(Array.from({ length: 30 }, () => send(edge, login)));
    const refused = all.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ status: 429, code: 'RATE_LIMITED', instance: '/api/v1/auth/login' });
    expect(refused?.headers['retry-after']).toBe('3');
    expect(refused?.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it('When reading checkouts, or asking for health, then neither counts as a checkout nor at all', async () => {
    expect(await passed(200, '10.0.0.4', { path: '/api/v1/checkouts' })).toBe(200);
    expect(await passed(700, '10.0.0.5', { path: '/health/live' })).toBe(700);
  });

  it('When services are told whom a request is from, then the proxies before the edge are named too', async () => {
    const { body } = await send(edge, { path: '/api/v1/cart', headers: { 'X-Forwarded-For': '10.0.0.6' } });
    expect(body.headers['x-forwarded-for']).toBe('10.0.0.6, 127.0.0.1');
  });
});

describe('the edge without limits', () => {
  it('When they are lifted, then everything is let through', async () => {
    const open = await startTestEdge({ rateLimit: 'off' });
    try {
      const sent = { method: 'POST', path: '/api/v1/auth/login' };
      const all = await Promise.all(Array.from({ length: 100 }, () => send(open, sent)));
      expect(all.filter(({ status }) => status === 200).length).toBe(100);
    } finally {
      await open.close();
    }
  });
});
