import { plainQuote } from '@shop/contracts/quote.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { requestContext } from '@shop/platform/telemetry/context.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { placeOrder, type Saga } from './domain.ts';
import type { Intent } from './store.ts';
import { begun, pivoted, START, snapshot } from './testing/fixtures.ts';
import { openWorld, orderDatabase, type World } from './testing/world.ts';

let pg: Postgres;
beforeAll(async () => {
  pg = await orderDatabase();
});

const soon = () => new Date(systemClock.now().getTime() + 9_000).toISOString();

const until = async (world: World, id: string, state: Saga['state']): Promise<Saga> => {
  for (let tries = 0; tries < 80; tries++) {
    const saga = await world.store.find(id);
    if (saga?.state === state) return saga;
    await systemClock.sleep(100);
  }
  throw new Error(`Saga ${id} is ${(await world.store.find(id))?.state}, not ${state}`);
};

describe('Recovery', () => {
  it('When an owner is dead, then its sagas are finished wherever they stood, and the old epoch writes nothing', async () => {
    const world = await openWorld(pg);
    const running = await begun(world.store, { owner: 'dead', deadline: soon() });
    const late = await begun(world.store, { owner: 'dead', deadline: START });
    const placed = await pivoted(world.store, { owner: 'dead' });
    await until(world, running.id, 'completed');
    await until(world, placed.id, 'completed');
    expect(await until(world, late.id, 'compensated')).toMatchObject({ problem: { code: 'CHECKOUT_TIMED_OUT' } });
    const order = placeOrder(running, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    expect(await world.store.pivot(running, [], order)).toBe(false);
    expect(await world.store.finish(placed, [], START)).toBeUndefined();
    await world.close();
  });

  it('When a saga is taken over, then what it says goes on in the trace of the request that began it', async () => {
    const world = await openWorld(pg);
    const traced = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    const begunIn = (digit: string, fields: Partial<Intent> = {}) =>
      requestContext.run({ requestId: digit, traceparent: traced(digit) }, () =>
        begun(world.store, { owner: 'dead', deadline: soon(), ...fields }),
      );
    const running = await begunIn('a');
    const late = await begunIn('b', { deadline: START });
    const silent = await begun(world.store, { owner: 'dead', deadline: soon() });
    await until(world, running.id, 'completed');
    await until(world, late.id, 'compensated');
    await until(world, silent.id, 'completed');
    const said = await pg.query<{ key: string; traceparent: string | null }>({
      text: 'select distinct key, traceparent from outbox where key = any ($1)',
      values: [[running, late, silent].map(({ orderId }) => orderId)],
    });
    expect(Object.fromEntries(said.map(({ key, traceparent }) => [key, traceparent]))).toEqual({
      [running.orderId]: traced('a'),
      [late.orderId]: traced('b'),
      [silent.orderId]: null,
    });
    await world.close();
  });

  it('When an undo is not answered, then it is published again, and an answer then ends it', async () => {
    const world = await openWorld(pg);
    world.rollbacks.answered = false;
    const traceparent = `00-${'c'.repeat(32)}-${'c'.repeat(16)}-01`;
    const saga = await requestContext.run({ requestId: 'c', traceparent }, () =>
      begun(world.store, { owner: world.recovery.owner, deadline: soon() }),
    );
    const problem = { ok: false, code: 'OUT_OF_STOCK' } as const;
    await world.store.compensate(saga, { problem, participants: ['cart'], steps: [], at: START });
    for (let tries = 0; ((await world.store.find(saga.id))?.attempts ?? 0) < 2; tries++) {
      expect(tries).toBeLessThan(60);
      await systemClock.sleep(100);
    }
    const sent = await pg.query<{ id: string; traceparent: string }>({
      text: `select event_id as id, traceparent from outbox where key = $1 and type = 'order.cancelled' order by outbox.id`,
      values: [saga.orderId],
    });
    expect(new Set(sent.map(({ id }) => id)).size).toBeGreaterThanOrEqual(2);
    expect(sent.slice(1).every((again) => again.traceparent === traceparent)).toBe(true);
    await world.store.answered({
      sagaId: saga.id,
      orderId: saga.orderId,
      kind: 'rollback',
      participant: 'cart',
      at: START,
    });
    await until(world, saga.id, 'compensated');
    await world.close();
  });

  it('When a process stops in order, then what is under way ends first and another takes over at once', async () => {
    const leaving = await openWorld(pg);
    const { reserve } = leaving.participants.inventory;
    leaving.participants.inventory.reserve = async (command) => {
      await systemClock.sleep(300);
      return reserve(command);
    };
    const saga = await begun(leaving.store, { owner: leaving.recovery.owner, deadline: soon() });
    leaving.recovery.adopt(saga, async () => {});
    await leaving.close();
    expect((await leaving.store.find(saga.id))?.state).toBe('completed');

    const left = await begun(leaving.store, { owner: leaving.recovery.owner, deadline: soon() });
    const staying = await openWorld(pg);
    await until(staying, left.id, 'completed');
    await staying.close();
  });

  it('When two processes look for the same sagas, then each saga is driven to one order', async () => {
    const [one, two] = await Promise.all([openWorld(pg), openWorld(pg)]);
    const sagas = await Promise.all(
      Array.from({ length: 20 }, () => begun(one.store, { owner: systemIds.uuid(), deadline: soon() })),
    );
    for (const { id } of sagas) await until(one, id, 'completed');
    const [orders] = await pg.query<{ count: number }>({
      text: 'select count(*) as count from orders where checkout_id = any($1)',
      values: [sagas.map(({ id }) => id)],
    });
    expect(orders?.count).toBe(20);
    expect(await one.store.audit()).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });
});
