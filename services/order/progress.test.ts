import { memoryLive } from '@shop/platform/coordination/memory-live.ts';
import { manualClock } from '@shop/platform/testing/time.ts';
import { describe, expect, it } from 'vitest';
import type { Saga } from './domain.ts';
import { channelOf, createAnnouncer, watchSaga } from './progress.ts';

const saga = (fields: Partial<Saga>): Saga => ({
  id: '01900000-0000-7000-8000-000000000001',
  kind: 'checkout',
  userId: '01900000-0000-7000-8000-000000000002',
  role: 'customer',
  requestHash: null,
  request: {},
  orderId: '01900000-0000-7000-8000-000000000003',
  state: 'running',
  direction: 'forward',
  epoch: 1,
  deadline: '2026-01-01T00:00:10.000Z',
  steps: [],
  problem: null,
  participants: [],
  undone: [],
  attempts: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  version: 1,
  traceparent: null,
  ...fields,
});

const open = () => {
  const clock = manualClock();
  const live = memoryLive();
  const stored = { saga: saga({}) };
  const ending = new AbortController();
  const watch = watchSaga({ saga: stored.saga, find: async () => stored.saga, live, clock, signal: ending.signal });
  const change = (fields: Partial<Saga>) => {
    stored.saga = saga({ ...stored.saga, version: stored.saga.version + 1, ...fields });
  };
  /** The next piece; time goes on a second at a time until it comes. */
  const next = async () => {
    const piece = watch.next();
    const arrived = { yet: false };
    void piece.then(() => {
      arrived.yet = true;
    });
    for (let turn = 0; turn < 100 && !arrived.yet; turn++) {
      for (let tick = 0; tick < 10; tick++) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      if (!arrived.yet) clock.advance(1_000);
    }
    return piece;
  };
  return { clock, live, stored, ending, change, next };
};

describe('Watching a checkout', () => {
  it('When it is watched, then it is shown at once, at each change, and no more after its end', async () => {
    const { live, stored, change, next } = open();
    expect((await next()).value).toMatchObject({ state: 'running', version: 1 });
    live.publish(channelOf(stored.saga.id), { saga: saga({ attempts: 7 }) });
    expect((await next()).value).toMatchObject({ attempts: 7 });
    change({ state: 'completed' });
    live.publish(channelOf(stored.saga.id), { stored: true });
    expect((await next()).value).toMatchObject({ state: 'completed' });
    expect((await next()).done).toBe(true);
  });

  it('When the message of a change is lost, then it is shown a moment later all the same', async () => {
    const { change, next } = open();
    await next();
    change({ state: 'compensated' });
    expect((await next()).value).toMatchObject({ state: 'compensated' });
    expect((await next()).done).toBe(true);
  });

  it('When nothing happens, then every 15 seconds a sign of life comes', async () => {
    const { clock, next } = open();
    await next();
    const quiet = clock.now().getTime();
    expect(await next()).toEqual({ done: false, value: undefined });
    expect(clock.now().getTime() - quiet).toBe(15_000);
  });

  it('When the watcher goes, then the watch ends', async () => {
    const { ending, next } = open();
    await next();
    ending.abort();
    expect((await next()).done).toBe(true);
  });

  it('When it has ended before, then one message tells all', async () => {
    const { change, next } = open();
    change({ state: 'compensated' });
    expect((await next()).value).toMatchObject({ state: 'compensated' });
    expect((await next()).done).toBe(true);
  });
});

describe('Announcing how sagas go on', () => {
  const announce = () => {
    const clock = manualClock();
    const told: unknown[] = [];
    const announcer = createAnnouncer({ publish: (channel, message) => void told.push([channel, message]) }, clock);
    const later = async () => {
      clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { ...announcer, told, later };
  };
  const channel = channelOf(saga({}).id);

  it('When timelines follow each other fast, then the last one is told', async () => {
    const { show, told, later } = announce();
    for (const attempts of [1, 2, 3]) show(saga({ attempts }));
    expect(told).toEqual([]);
    await later();
    show(saga({ attempts: 4 }));
    await later();
    expect(told).toEqual([3, 4].map((attempts) => [channel, { saga: saga({ attempts }) }]));
  });

  it('When what is stored has changed, then it is told at once, and no timeline of before hides it', async () => {
    const { show, changed, told, later } = announce();
    show(saga({ attempts: 1 }));
    changed(saga({}).id);
    await later();
    expect(told).toEqual([[channel, { stored: true }]]);
  });
});
