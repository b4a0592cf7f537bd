import type { Checkout, Step } from '@shop/sdk/api.ts';
import { describe, expect, it } from 'vitest';
import { timelineOf } from './timeline.ts';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const at = (ms: number): string => new Date(START + ms).toISOString();

const step = (name: Step['name'], from: number, to: number | null, more: Partial<Step> = {}): Step => ({
  name,
  direction: 'forward',
  status: to === null ? 'running' : 'done',
  attempts: 1,
  startedAt: at(from),
  finishedAt: to === null ? null : at(to),
  ...more,
});

const saga = (steps: Step[], more: Partial<Checkout> = {}): Checkout => ({
  id: '01900000-0000-7000-8000-0000000000aa',
  kind: 'checkout',
  userId: '01900000-0000-7000-8000-0000000000ab',
  orderId: '01900000-0000-7000-8000-0000000000ac',
  status: 'completed',
  steps,
  createdAt: at(0),
  finishedAt: at(100),
  ...more,
});

const event = (type: string, ms: number) => ({
  topic: type.split('.')[0] as 'cart',
  id: type,
  type,
  key: 'x',
  time: at(ms),
});

describe('The timeline of a saga', () => {
  it('When it was rolled back, then each service has its lane, and order what it did itself', () => {
    const { bars } = timelineOf(
      saga(
        [
          step('lockCart', 10, 20, { status: 'undone' }),
          step('reserveInventory', 20, 40, { status: 'refused', error: 'OUT_OF_STOCK' }),
          step('lockCart', 40, 90, { direction: 'undo' }),
        ],
        { status: 'compensated' },
      ),
      [],
      START + 500,
    );
    expect(bars.map(({ service, label, tone, from, to }) => [service, label, tone, from, to])).toEqual([
      ['order', 'intent', 'plain', 0, 10],
      ['cart', 'lock', 'undone', 10, 20],
      ['inventory', 'reserve ✕', 'refused', 20, 40],
      ['cart', 'unlock', 'undone', 40, 90],
      ['order', 'compensating', 'undone', 40, 90],
    ]);
  });

  it('When bars of a lane would cover each other’s labels, then they stand in rows', () => {
    const steps = [step('lockCart', 0, 2), step('completeCart', 3, 20), step('createOrder', 40, 80)];
    expect(timelineOf(saga(steps), [], START).bars.map(({ label, row }) => [label, row])).toEqual([
      ['lock', 0],
      ['complete', 1],
      ['create order', 0],
    ]);
  });

  it('When a saga is parked, then the step that it is stuck in is no longer going on', () => {
    const stuck = saga([step('completeCart', 50, null, { attempts: 15 })], { status: 'parked', finishedAt: null });
    expect(timelineOf(stuck, [], START + 90_000).bars.at(-1)).toMatchObject({
      label: 'complete ×15 ✕',
      tone: 'refused',
      ongoing: false,
      to: 90_000,
    });
  });

  it('When events come a little after the end, then they are shown; a parcel shipped next week is not', () => {
    const { marks } = timelineOf(
      saga([step('lockCart', 0, 100)]),
      [event('cart.completed', 90), event('inventory.committed', 160), event('order.shipped', 7 * 86_400_000)],
      START,
    );
    expect(marks.map(({ event: { type } }) => type)).toEqual(['cart.completed', 'inventory.committed']);
  });
});
