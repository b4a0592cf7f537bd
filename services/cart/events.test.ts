import type { AnyShopEvent, NewEvent } from '@shop/contracts/events.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { beforeAll, expect, it } from 'vitest';
import { cartHandlers } from './events.ts';
import { cartWorld, newSaga, newUser } from './testing/world.ts';

let world: Awaited<ReturnType<typeof cartWorld>>;
let deliver: (event: NewEvent) => Promise<unknown>;

beforeAll(async () => {
  world = await cartWorld();
  const handlers = cartHandlers(world.service);
  deliver = async (said) => {
    const event = { id: systemIds.uuid(), source: '/services/test', time: world.now().toISOString(), ...said };
    const handle = handlers[said.type] as ((event: AnyShopEvent, tx: undefined) => Promise<unknown>) | undefined;
    await handle?.(event as AnyShopEvent, undefined);
  };
});

const locked = async () => {
  const user = newUser();
  await world.add(user.id, 'MUG', 1);
  const { notAfter, ...saga } = newSaga(user.id, world.now());
  await world.commands.lock({ ...saga, notAfter });
  return { user, saga };
};

const cancelled = (saga: Awaited<ReturnType<typeof locked>>['saga'], change: object = {}): NewEvent => ({
  type: 'order.cancelled',
  key: saga.orderId,
  data: {
    ...saga,
    kind: 'rollback',
    reason: 'OUT_OF_STOCK',
    participants: ['cart', 'inventory'],
    version: 1,
    ...change,
  },
});

const created = (saga: Awaited<ReturnType<typeof locked>>['saga'], change: object = {}): NewEvent => ({
  type: 'order.created',
  key: saga.orderId,
  data: {
    ...saga,
    number: '1',
    currency: 'USD',
    lines: [],
    vouchers: [],
    subtotal: 0,
    discountTotal: 0,
    total: 0,
    version: 1,
    ...change,
  },
});

const statusOf = async (user: { id: string }) => (await world.view(user.id)).status;
const saidOf = async ({ orderId }: { orderId: string }) =>
  (await world.events()).filter(({ key }) => key === orderId).map(({ type }) => type);

it('When a rollback names the cart, then it is unlocked; a rollback of others and a cancel are ignored', async () => {
  const { user, saga } = await locked();
  await deliver(cancelled(saga, { participants: ['inventory', 'discount'] }));
  await deliver(cancelled(saga, { kind: 'cancel' }));
  expect(await statusOf(user)).toBe('locked');
  expect(await saidOf(saga)).toEqual([]);
  await deliver(cancelled(saga));
  expect(await statusOf(user)).toBe('open');
  expect(await saidOf(saga)).toEqual(['cart.unlocked']);
});

it('When an order answers the cart, then the cart completes; any other order is none of its business', async () => {
  const { user, saga } = await locked();
  await deliver(created(saga));
  await deliver(created(saga, { inAnswerTo: 'inventory' }));
  expect(await statusOf(user)).toBe('locked');
  await deliver(created(saga, { inAnswerTo: 'cart' }));
  await deliver(created(saga, { inAnswerTo: 'cart' }));
  expect(await world.view(user.id)).toMatchObject({ status: 'open', cartNo: 2, items: [] });
  expect(await saidOf(saga)).toEqual(['cart.completed']);
});

it('When products are told of, then carts show them', async () => {
  const user = newUser();
  const product = (change: object) => world.catalogue.put('BAG', change);
  await deliver({ type: 'product.created', key: 'BAG', data: product({ price: 700 }) });
  await world.add(user.id, 'BAG', 1);
  await deliver({ type: 'product.updated', key: 'BAG', data: product({ title: 'A new name' }) });
  expect((await world.view(user.id)).items[0]).toMatchObject({ title: 'A new name', available: true });
  await deliver({ type: 'product.deleted', key: 'BAG', data: product({ status: 'deleted' }) });
  expect((await world.view(user.id)).items[0]).toMatchObject({ title: 'The BAG', available: false });
});

it('When locks hold for over a minute, then each asks once, however many replicas look, and again later', async () => {
  const { saga } = await locked();
  const { saga: ended } = await locked();
  await world.commands.complete(ended);
  const ask = () => world.service.askAboutExpiredLocks(100);
  await ask();
  expect(await saidOf(saga)).toEqual([]);
  world.advance(60_000);
  await Promise.all([ask(), ask(), ask()]);
  expect(await saidOf(saga)).toEqual(['cart.lock_expired']);
  expect(await saidOf(ended)).toEqual(['cart.completed']);
  expect(await ask()).toBe(0);
  world.advance(120_000);
  await ask();
  expect(await saidOf(saga)).toEqual(['cart.lock_expired', 'cart.lock_expired']);
  // The answer to the question ends it.
  await deliver(cancelled(saga));
  world.advance(600_000);
  expect(await ask()).toBe(0);
});
