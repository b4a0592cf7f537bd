import { join } from 'node:path';
import { refuse } from '@shop/contracts/problems.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { silentLogger } from '@shop/platform/testing/logger.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckoutCommands } from './checkout.saga.ts';
import { MAX_ATTEMPTS, type Saga } from './domain.ts';
import { createSagaRunner } from './saga-runner.ts';
import { createPostgresOrderStore } from './store.postgres.ts';
import type { Intent, OrderStore, SagaStore } from './store.ts';
import { begun } from './testing/fixtures.ts';
import { agreeable } from './testing/participants.ts';

let pg: Postgres;
let store: SagaStore & OrderStore;

beforeAll(async () => {
  pg = await testDatabase(join(import.meta.dirname, 'migrations'));
  const outbox = createOutbox({ pg, service: 'order', clock: systemClock, ids: systemIds });
  store = createPostgresOrderStore({ pg, outbox, ids: systemIds, changed: () => {} });
});

const soon = (ms: number) => new Date(Date.now() + ms).toISOString();

const drive = async (
  commands: CheckoutCommands,
  options: { recovered?: boolean; intent?: Partial<Intent>; store?: SagaStore; clock?: Clock } = {},
) => {
  const saga = await begun(store, { deadline: soon(5_000), ...options.intent });
  const runner = createSagaRunner({
    store: options.store ?? store,
    commands,
    show: () => {},
    clock: options.clock ?? systemClock,
    logger: silentLogger,
  });
  await runner.drive(saga, options.recovered ?? false);
  return (await store.find(saga.id)) as Saga;
};

const timeline = ({ steps }: Saga) => steps.map(({ direction, name, status }) => `${direction} ${name} ${status}`);

describe('Driving a checkout', () => {
  it('When everyone agrees, then the five steps are done in order and the order is confirmed', async () => {
    const asked: string[] = [];
    const saga = await drive(agreeable(asked));
    expect(asked).toEqual(['lock', 'apply', 'reserve', 'complete']);
    expect(saga.state).toBe('completed');
    expect(timeline(saga)).toEqual([
      'forward lockCart done',
      'forward applyVouchers done',
      'forward reserveInventory done',
      'forward createOrder done',
      'forward completeCart done',
    ]);
    expect(await store.findOrder(saga.orderId)).toMatchObject({ status: 'confirmed', total: 2800 });
  });

  it('When a step is refused, then those before it undo and the refuser, who did nothing, does not', async () => {
    const commands = agreeable();
    commands.inventory.reserve = async () => ({ ...refuse('OUT_OF_STOCK'), errors: [] });
    const saga = await drive(commands);
    expect(saga).toMatchObject({
      state: 'compensating',
      participants: ['cart', 'discount'],
      problem: { code: 'OUT_OF_STOCK', checkoutId: saga.id },
    });
    expect(await store.findOrder(saga.orderId)).toBeUndefined();
  });

  it('When a reply is lost before the refusal, then its participant must undo as well', async () => {
    const commands = agreeable();
    let calls = 0;
    commands.inventory.reserve = async () => {
      if (++calls === 1) throw new Error('connection reset');
      return { ...refuse('OUT_OF_STOCK'), errors: [] };
    };
    const saga = await drive(commands);
    expect(saga.participants).toEqual(['cart', 'discount', 'inventory']);
  });

  it('When a step fails and then works, then the checkout goes through and shows its attempts', async () => {
    const commands = agreeable();
    const { lock } = commands.cart;
    let calls = 0;
    commands.cart.lock = async (command) => {
      if (++calls < 3) throw new Error('connection reset');
      return lock(command);
    };
    const saga = await drive(commands);
    expect(saga.state).toBe('completed');
    expect(saga.steps[0]).toMatchObject({ name: 'lockCart', attempts: 3, status: 'done' });
  });

  it('When a step neither answers nor fails until the deadline, then it is rolled back as timed out', async () => {
    const commands = agreeable();
    commands.discount.apply = () => new Promise(() => {});
    const saga = await drive(commands, { intent: { deadline: soon(300) } });
    expect(saga).toMatchObject({
      state: 'compensating',
      participants: ['cart', 'discount'],
      problem: { code: 'CHECKOUT_TIMED_OUT' },
    });
    expect(timeline(saga)).toContain('forward applyVouchers failed');
  });

  it('When the pivot commits but its answer is lost, then the checkout goes on with the order that exists', async () => {
    let lost = 0;
    const saga = await drive(agreeable(), {
      store: {
        ...store,
        async pivot(...decision) {
          const won = await store.pivot(...decision);
          if (++lost === 1) throw new Error('connection reset');
          return won;
        },
      },
    });
    expect(lost).toBe(1);
    expect(saga.state).toBe('completed');
  });

  it('When the pivot fails before it commits, then it is decided again', async () => {
    let failed = 0;
    const saga = await drive(agreeable(), {
      store: {
        ...store,
        async pivot(...decision) {
          if (++failed === 1) throw new Error('connection reset');
          return store.pivot(...decision);
        },
      },
    });
    expect([failed, saga.state]).toEqual([2, 'completed']);
  });

  it.each([
    ['the store is gone for longer than a checkout waits', { code: 'ECONNRESET' }, 'CHECKOUT_TIMED_OUT'],
    ['something fails that is a defect of ours', {}, 'INTERNAL'],
  ])('When %s, then the checkout is rolled back and says so: %j is %s', async (_what, fields, code) => {
    const fail = async () => {
      throw Object.assign(new Error('read failed'), fields);
    };
    const saga = await drive(agreeable(), {
      store: { ...store, pivot: fail, settle: fail },
      // Waits for the deadline, and between two tries not at all.
      clock: { ...systemClock, sleep: async (ms, signal) => (signal ? systemClock.sleep(ms, signal) : undefined) },
    });
    expect(saga).toMatchObject({ state: 'compensating', problem: { code } });
    expect(saga.participants).toEqual(['cart', 'discount', 'inventory']);
  });

  it('When a new owner repeats the steps, then it finishes the checkout, and on a refusal everyone must undo', async () => {
    expect((await drive(agreeable(), { recovered: true })).state).toBe('completed');
    const commands = agreeable();
    commands.cart.lock = async () => refuse('CART_EMPTY');
    expect((await drive(commands, { recovered: true })).participants).toEqual(['cart', 'discount', 'inventory']);
  });

  it('When a new owner comes after the deadline, then it rolls back for everyone', async () => {
    const asked: string[] = [];
    const saga = await drive(agreeable(asked), { recovered: true, intent: { deadline: soon(-1) } });
    expect(asked).toEqual([]);
    expect(saga).toMatchObject({ state: 'compensating', participants: ['cart', 'discount', 'inventory'] });
  });

  it('When the cart can not be completed, then the saga only goes forward: later, at last by an operator', async () => {
    const commands = agreeable();
    commands.cart.complete = async () => {
      throw new Error('connection refused');
    };
    const saga = await drive(commands);
    expect(saga).toMatchObject({ state: 'pivoted', attempts: 1 });
    const runner = createSagaRunner({ store, commands, show: () => {}, clock: systemClock, logger: silentLogger });
    await runner.drive({ ...saga, attempts: MAX_ATTEMPTS }, true);
    expect(await store.find(saga.id)).toMatchObject({ state: 'parked', direction: 'forward' });
    expect(await store.findOrder(saga.orderId)).toMatchObject({ status: 'created' });
    const unparked = (await store.unpark(saga.id)) as Saga;
    expect(unparked.state).toBe('pivoted');
    const healthy = createSagaRunner({
      store,
      commands: agreeable(),
      show: () => {},
      clock: systemClock,
      logger: silentLogger,
    });
    await healthy.drive(unparked, true);
    expect((await store.find(saga.id))?.state).toBe('completed');
  }, 15_000);

  it('When the undo is not answered for long, then the saga is parked, its direction kept', async () => {
    const commands = agreeable();
    commands.inventory.reserve = async () => ({ ...refuse('OUT_OF_STOCK'), errors: [] });
    const saga = await drive(commands);
    const runner = createSagaRunner({ store, commands, show: () => {}, clock: systemClock, logger: silentLogger });
    await runner.drive(saga, true);
    expect((await store.find(saga.id))?.attempts).toBe(2);
    await runner.drive({ ...saga, attempts: MAX_ATTEMPTS }, true);
    expect(await store.find(saga.id)).toMatchObject({ state: 'parked', direction: 'undo' });
  });

  it('When the total is not the expected one, then it is refused with both, and what was held is given back', async () => {
    const expected = { amount: 1, currency: 'USD' };
    const saga = await drive(agreeable(), { intent: { request: { expectedTotal: expected } } });
    expect(saga.problem).toMatchObject({
      code: 'TOTAL_CHANGED',
      errors: [{ expected, actual: { amount: 2800, currency: 'USD' } }],
    });
    expect(saga.participants).toEqual(['cart', 'discount']);
  });
});
