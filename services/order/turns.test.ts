import { manualClock } from '@shop/platform/testing/time.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import { createTurns, type Turn } from './turns.ts';

const open = (most: number, more: { patienceMs?: number; mostWaiting?: number } = {}) =>
  createTurns({ most, patienceMs: 5_000, mostWaiting: 10, clock: systemClock, ...more });

describe('The turns of checkouts', () => {
  it('When there is room, then a turn comes at once; otherwise as others end, first come first served', async () => {
    const take = open(2);
    const [one, two] = [await take(), await take()];
    expect([one?.waited, two?.waited]).toEqual([false, false]);
    const order: string[] = [];
    const named = async (name: string): Promise<Turn> => {
      const turn = (await take()) as Turn;
      order.push(name);
      return turn;
    };
    const [third, fourth] = [named('third'), named('fourth')];
    one?.end();
    const { waited, end } = await third;
    expect(waited).toBe(true);
    expect(order).toEqual(['third']);
    end();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
  });

  it('When a turn is ended twice, then it makes room for one', async () => {
    const take = open(1, { patienceMs: 300 });
    const first = await take();
    first?.end();
    first?.end();
    await take();
    let came = false;
    const next = take().then(() => {
      came = true;
    });
    await systemClock.sleep(50);
    expect(came).toBe(false);
    await next;
  });

  it('When nobody ends, then who waits goes on after a while: a service that hangs holds up nobody for long', async () => {
    const clock = manualClock();
    const take = createTurns({ most: 1, patienceMs: 1_000, mostWaiting: 10, clock });
    await take();
    const second = take();
    clock.advance(1_000);
    expect((await second)?.waited).toBe(true);
  });

  it('When too many wait, then the next one is sent away', async () => {
    const take = open(1, { mostWaiting: 1, patienceMs: 100 });
    await take();
    const waiting = take();
    expect(await take()).toBeUndefined();
    expect(await waiting).toBeDefined();
  });
});
