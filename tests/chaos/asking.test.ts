import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAsking } from './asking.ts';
import { openChronicle } from './history.ts';

/** A shop that answers as it is told, one answer after the other, and the last one ever after. */
const shopThat = async (...answers: RequestListener[]) => {
  let asked = 0;
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const told: string[] = [];
  const chronicle = openChronicle((sentence) => told.push(sentence));
  const { port } = server.address() as AddressInfo;
  const asking = createAsking(`http://127.0.0.1:${port}`, chronicle);
  const total = () => {
    const sums = { answered: 0, turnedAway: 0, unanswered: 0 };
    for (const second of chronicle.history.seconds)
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += second[name];
    return sums;
  };
  return { asking, told, total };
};

const answering =
  (status: number, body: object, headers = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(JSON.stringify(body));
const hangsUp: RequestListener = (request) => request.socket.destroy();
const later = answering(503, { code: 'UNAVAILABLE' }, { 'Retry-After': '1' });

describe('A client of a shop under faults', () => {
  it('When it is turned away or cut off, then it asks again until there is an answer, and counts each', async () => {
    const { asking, told, total } = await shopThat(later, hangsUp, answering(200, { items: [] }));
    let repeated = 0;
    const answer = await asking.ask('GET', '/cart', {}, () => {
      repeated += 1;
    });
    expect(answer).toEqual({ status: 200, body: { items: [] } });
    expect([repeated, total(), told]).toEqual([2, { answered: 1, turnedAway: 1, unanswered: 1 }, []]);
  });

  it('When it asks once, then an answer that says nothing definite is none', async () => {
    for (const answer of [later, hangsUp]) {
      const { asking } = await shopThat(answer);
      expect(await asking.once('POST', '/cart/items', { body: {} })).toBeUndefined();
    }
  });

  it('When a 503 is the outcome of a checkout, then it is an answer', async () => {
    const outcome = { code: 'CHECKOUT_TIMED_OUT', checkoutId: 'c1' };
    const { asking, told } = await shopThat(answering(503, outcome));
    expect(await asking.ask('POST', '/checkouts')).toEqual({ status: 503, body: outcome });
    expect(told).toEqual([]);
  });

  it('When the shop says 500, or to come back without saying when, then that is wrong', async () => {
    const { asking, told } = await shopThat(
      answering(503, { code: 'UNAVAILABLE' }),
      answering(500, { code: 'INTERNAL' }),
    );
    await asking.ask('GET', '/cart');
    expect(told).toEqual(['WRONG: GET /cart: 503 without Retry-After', 'WRONG: GET /cart: 500 {"code":"INTERNAL"}']);
  });
});
