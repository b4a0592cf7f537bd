import { requestContext } from '@shop/platform/telemetry/context.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { expect, it } from 'vitest';
import type { Step } from '../domain.ts';
import { intent, pivoted, START } from '../testing/fixtures.ts';
import type { Bench } from '../testing/store-bench.ts';

export const beginning = ({ store }: Bench): void => {
  it('When one key comes ten times at once, then one is new and all name the same saga', async () => {
    const first = intent();
    const begins = await Promise.all(
      Array.from({ length: 10 }, () =>
        store().begin({ ...intent(), userId: first.userId, idempotencyKey: first.idempotencyKey }),
      ),
    );
    expect(begins.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(begins.map(({ saga }) => saga.id)).size).toBe(1);
  });

  it('When a saga begins, then it is found by id and by key, as it was asked for, with the trace of its request', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const asked = intent({ request: { contact: { email: 'ada@shop.test', name: 'Ada' } } });
    const { saga } = await requestContext.run({ requestId: 'r', traceparent }, () => store().begin(asked));
    const { idempotencyKey, owner: _, ...fields } = asked;
    expect(saga).toEqual({
      ...fields,
      traceparent,
      ...{ kind: 'checkout', state: 'running', direction: 'forward', epoch: 1, attempts: 0, version: 1 },
      ...{ steps: [], problem: null, participants: [], undone: [], finishedAt: null },
    });
    expect(await store().find(asked.id)).toEqual(saga);
    expect(await store().settle(asked.id)).toEqual(saga);
    expect(await store().findByKey(asked.userId, idempotencyKey)).toEqual(saga);
    expect(await store().findByKey(systemIds.uuid(), idempotencyKey)).toBeUndefined();
    expect(await store().find(systemIds.uuid())).toBeUndefined();
  });

  it('When what was answered is changed by its reader, then what is stored stays as it was', async () => {
    const steps: Step[] = [
      { name: 'lockCart', direction: 'forward', status: 'running', attempts: 1, startedAt: START, finishedAt: null },
    ];
    const saga = await pivoted(store(), { request: { contact: { email: 'ada@shop.test', name: 'Ada' } } });
    await store().postpone(saga, steps, 60);
    steps.pop();
    const found = await store().find(saga.id);
    found?.steps.push(...found.steps);
    Object.assign(found?.request ?? {}, { contact: undefined });
    const order = await store().findOrder(saga.orderId);
    order?.lines.pop();
    expect(await store().find(saga.id)).toMatchObject({ steps: [{ name: 'lockCart' }], request: saga.request });
    expect((await store().findOrder(saga.orderId))?.lines).toHaveLength(1);
  });
};
