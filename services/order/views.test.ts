import { describe, expect, it } from 'vitest';
import type { Saga, Step } from './domain.ts';
import { begun, START } from './testing/fixtures.ts';
import { openWorld, orderDatabase } from './testing/world.ts';
import { checkoutView } from './views.ts';

const END = '2026-03-01T12:00:05.000Z';

const waiting = (name: Step['name'], direction: Step['direction']): Step => ({
  name,
  direction,
  status: 'running',
  attempts: 1,
  startedAt: START,
  finishedAt: null,
});

describe('A saga as callers see it', () => {
  it('When it ended while a step waited for its reply, then the step has ended with it', async () => {
    const world = await openWorld(await orderDatabase());
    const saga = await begun(world.store);
    await world.close();
    const ended = (state: Saga['state'], step: Step) =>
      checkoutView({ ...saga, state, finishedAt: END, steps: [step] }).steps.map(({ status, finishedAt }) => [
        status,
        finishedAt,
      ]);
    expect(ended('completed', waiting('completeCart', 'forward'))).toEqual([['done', END]]);
    expect(ended('compensated', waiting('lockCart', 'undo'))).toEqual([['done', END]]);
    // Nobody knows whether it took effect.
    expect(ended('compensated', waiting('reserveInventory', 'forward'))).toEqual([['failed', END]]);
    expect(checkoutView({ ...saga, state: 'parked', steps: [waiting('completeCart', 'forward')] }).steps).toMatchObject(
      [{ status: 'running', finishedAt: null }],
    );
  });
});
