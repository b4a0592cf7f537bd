import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { alone } from './claim.ts';
import { rollingRestart } from './restart.ts';
import { openStack, startStack } from './stack.ts';
import { standIns } from './testing/shared.ts';

/** One request on a connection of its own; the status, or 0 when there was no answer. */
const statusOf = (url: string, method: string): Promise<number> =>
  new Promise((resolve) => {
    const sent = request(url, { method, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', () => resolve(0));
    sent.end(method === 'POST' ? '{}' : undefined);
  });

describe('a rolling restart', () => {
  it('When two replicas are restarted under load, by another command, then no request fails and both are new', async () => {
    const stack = await startStack(standIns({ replicas: { order: 2 }, env: { RATE_LIMIT: 'off' } }));
    const before = [1, 2].map((replica) => stack.process('order', replica).pid);
    const statuses: number[] = [];
    let going = true;
    const load = ['GET', 'POST', 'POST', 'PUT'].map(async (method) => {
      while (going) statuses.push(await statusOf(`${stack.url}/api/v1/orders`, method));
    });
    const told: string[] = [];
    const again = await openStack({ dir: stack.dir });
    await alone(stack.dir, () =>
      rollingRestart(again, 'order', { report: (sentence) => told.push(sentence), pauseMs: 0 }),
    );
    going = false;
    await Promise.all(load);
    expect(statuses.length).toBeGreaterThan(300);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const after = [1, 2].map((replica) => again.process('order', replica).pid);
    for (const pid of before) expect(after).not.toContain(pid);
    expect(told.some((sentence) => sentence.includes('killed'))).toBe(false);
    const reopened = await openStack({ dir: stack.dir });
    expect([1, 2].map((replica) => reopened.process('order', replica).pid)).toEqual(after);
  });

  it('When the other replica is away, then the last one is left alone', async () => {
    const stack = await startStack(standIns({ replicas: { order: 2 } }));
    await stack.process('order', 2).kill();
    const { pid } = stack.process('order');
    await expect(rollingRestart(stack, 'order', { report: () => {} })).rejects.toThrow(
      'No other replica of order is ready',
    );
    expect([stack.process('order').pid, await stack.process('order').alive()]).toEqual([pid, true]);
  });
});
