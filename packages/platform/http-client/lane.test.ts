import { Problem, refuse } from '@shop/contracts/problems.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { post } from '../http/route.ts';
import { joi } from '../http/schemas.ts';
import { requestContext } from '../telemetry/context.ts';
import { serve, testServiceToken } from '../testing/http.ts';
import { silentLogger } from '../testing/logger.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { createCaller } from './caller.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A service with one command, which does as it is told, and a caller of it. */
const arrange = async () => {
  const seen: (string | undefined)[] = [];
  const route = post(
    '/internal/thing',
    {
      summary: 'A command',
      access: 'service',
      body: joi.object<{ n: number; as: string }>({ n: joi.number().required(), as: joi.string().required() }),
      answers: { 200: joi.object(), 409: 'OUT_OF_STOCK', 503: 'UNAVAILABLE' },
    },
    async ({ body: { n, as } }) => {
      seen.push(requestContext.get()?.requestId);
      if (as === 'slow') await systemClock.sleep(400);
      if (as === 'refused') return { ...refuse('OUT_OF_STOCK'), errors: [{ sku: `S${n}` }] };
      if (as === 'gone') throw new Problem('UNAVAILABLE', { retryAfter: 1 });
      return { n };
    },
  );
  const server = await serve([route]);
  const caller = createCaller({
    ...{ service: 'test', urls: [server.url], token: testServiceToken },
    ...{ clock: systemClock, ids: systemIds, logger: silentLogger },
  });
  stops.push(server.close, caller.close);
  const call = (n: number, as = 'well', withinMs = 2_000) =>
    caller.call({
      path: '/internal/thing',
      body: { n, as },
      refusals: ['OUT_OF_STOCK'],
      isReply: (value): value is { n: number } => typeof (value as { n?: unknown } | null)?.n === 'number',
      withinMs,
    });
  return { call, seen };
};

describe('Calls that are sent together', () => {
  it('When many are made at once, then each gets its own reply, and its own request id over there', async () => {
    const { call, seen } = await arrange();
    const numbers = Array.from({ length: 150 }, (_, n) => n);
    const replies = await Promise.all(
      numbers.map((n) => requestContext.run({ requestId: `request-${n}` }, () => call(n))),
    );
    expect(replies).toEqual(numbers.map((n) => ({ n })));
    expect([...seen].sort()).toEqual(numbers.map((n) => `request-${n}`).sort());
  });

  it('When one is refused, then it is told so, and the others get their replies', async () => {
    const { call } = await arrange();
    const [one, two, three] = await Promise.all([call(1), call(2, 'refused'), call(3)]);
    expect([one, three]).toEqual([{ n: 1 }, { n: 3 }]);
    expect(two).toEqual({ ...refuse('OUT_OF_STOCK'), errors: [{ sku: 'S2' }] });
  });

  it('When one takes its time, then the others have their replies long before', async () => {
    const { call } = await arrange();
    const start = performance.now();
    const slow = call(1, 'slow');
    await Promise.all([call(2), call(3)]);
    expect(performance.now() - start).toBeLessThan(300);
    expect(await slow).toEqual({ n: 1 });
  });

  it('When one is not as the command wants it, then it fails, and the others do not', async () => {
    const { call } = await arrange();
    const replies = await Promise.allSettled([call(1), call('x' as never), call(3)]);
    expect(replies.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('When one meets what is gone, then it alone is tried again, until its time is over', async () => {
    const { call, seen } = await arrange();
    const replies = await Promise.allSettled([call(1), call(2, 'gone', 1_500), call(3)]);
    expect(replies.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(seen.length).toBeGreaterThan(3);
  });
});
