import { randomUUID } from 'node:crypto';
import type { Participant, SagaRef } from '@shop/contracts/commands.ts';
import type { EventData, EventType } from '@shop/contracts/events.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditShop, queryShop } from '../support/audit.ts';
import { type Client, customer, eventually, guest, product, stockOf } from '../support/client.ts';
import { everything, settled } from '../support/everything.ts';
import { openShop } from '../support/open-shop.ts';
import { openReplica } from '../support/replica.ts';

const open = openShop();
let replica: Awaited<ReturnType<typeof openReplica>>;
let sku: string;
beforeAll(async () => {
  replica = await openReplica(open.shop);
  sku = (await product(open.seller, { stock: 20 })).sku;
  await open.seller.post('/vouchers', { code: 'LATE', type: 'percentage', value: 1000, scope: { kind: 'order' } });
});
afterAll(() => replica?.close());

const soon = () => new Date(Date.now() + 10_000).toISOString();

/** The commands of a checkout's steps, as its owner would send them now. */
const commandsOf = (ref: SagaRef, wanted = sku) => {
  const { cart, discount, inventory } = replica.services;
  const timed = { ...ref, notAfter: soon() };
  const line = { sku: wanted, productId: randomUUID(), title: 'Thing', quantity: 2, unitPrice: 1000 };
  const cartOf = { role: 'customer', currency: 'USD', lines: [line], codes: ['LATE'] } as const;
  return {
    lock: () => cart.lock(timed),
    apply: () => discount.apply({ ...timed, ...cartOf }),
    reserve: () => inventory.reserve({ ...timed, lines: [{ sku: wanted, quantity: 2 }] }),
    complete: () => cart.complete(ref),
  };
};

/** What each command is answered, sent twice and then the other way round. */
const repeated = async (commands: Partial<ReturnType<typeof commandsOf>>) => {
  const all = Object.entries(commands);
  const answers: Record<string, string[]> = {};
  for (const [name, send] of [...all, ...all, ...all.toReversed()]) {
    const reply = await send();
    answers[name] = [...new Set(answers[name]).add('code' in reply ? reply.code : 'ok')];
  }
  return answers;
};

const buy = async (wanted = sku) => {
  const buyer = await customer(open.shop.url);
  await buyer.add(wanted, 2);
  await buyer.put('/cart/vouchers/LATE');
  const { body } = await buyer.checkout();
  const sagaId: string = body.checkoutId ?? body.id;
  const { orderId } = (await buyer.get(`/checkouts/${sagaId}`)).body;
  return { buyer, ref: { sagaId, orderId, userId: buyer.userId }, code: body.code };
};

/** Nothing but what the test did by itself: the books agree, nothing is a dead letter, and the buyer can buy. */
const expectSound = async (buyer: Client) => {
  await settled(open.seller);
  expect(await auditShop(open.shop)).toEqual([]);
  expect((await open.seller.get('/admin/dead-letters')).body.items).toEqual([]);
  await buyer.add(sku);
  expect((await buyer.checkout()).status).toBe(201);
  await settled(open.seller);
};

describe('Commands that come after their saga has ended', () => {
  it('When a checkout was completed, then its steps answer as before and take no effect', async () => {
    const { buyer, ref } = await buy();
    await settled(open.seller);
    const before = await everything(open.shop);
    expect(await repeated(commandsOf(ref))).toEqual({
      lock: ['CHECKOUT_TIMED_OUT'],
      apply: ['ok'],
      reserve: ['ok'],
      complete: ['ok'],
    });
    expect(await everything(open.shop)).toEqual(before);
    await expectSound(buyer);
  });

  it('When an order was cancelled, then its steps are refused and take no effect', async () => {
    const { buyer, ref } = await buy();
    expect((await buyer.post(`/orders/${ref.orderId}/cancel`)).status).toBe(200);
    await settled(open.seller);
    const before = await everything(open.shop);
    expect(await repeated(commandsOf(ref))).toEqual({
      lock: ['CHECKOUT_TIMED_OUT'],
      apply: ['SAGA_UNDONE'],
      reserve: ['SAGA_UNDONE'],
      complete: ['ok'],
    });
    expect(await everything(open.shop)).toEqual(before);
    await expectSound(buyer);
  });

  it('When a checkout was rolled back, then what it undid is refused, and what it never held is given back', async () => {
    const { sku: scarce } = await product(open.seller, { stock: 1 });
    const { buyer, ref, code } = await buy(scarce);
    expect(code).toBe('OUT_OF_STOCK');
    await open.seller.post(`/inventory/${scarce}/adjustments`, { delta: 4, reason: 'receipt' });
    await settled(open.seller);
    const { reserve, ...undone } = commandsOf(ref, scarce);
    const before = await everything(open.shop);
    expect(await repeated(undone)).toEqual({
      lock: ['SAGA_UNDONE'],
      apply: ['SAGA_UNDONE'],
      complete: ['ok'],
    });
    expect(await everything(open.shop)).toEqual(before);

    // Its refusal was definite, so nobody undid it: there is stock now, and a straggler holds some until it has asked.
    expect(await reserve()).toEqual({ ok: true });
    expect(await stockOf(open.shop.url, scarce)).toMatchObject({ onHand: 5, reserved: 2 });
    await queryShop(
      open.shop,
      'inventory',
      `update reservations set next_ask_at = now() where saga_id = '${ref.sagaId}'`,
    );
    await eventually(
      () => stockOf(open.shop.url, scarce),
      ({ onHand, reserved }) => onHand === 5 && reserved === 0,
    );
    expect(await reserve()).toMatchObject({ code: 'SAGA_UNDONE' });
    await buyer.del(`/cart/items/${scarce}`);
    await expectSound(buyer);
  });
});

/** Says an event in the name of a service. */
const say = <Type extends EventType>(
  service: 'cart' | 'discount' | 'inventory' | 'order',
  type: Type,
  key: string,
  data: EventData[Type],
) =>
  queryShop(
    open.shop,
    service,
    `select emit('${randomUUID()}', '${type}', '${key}', '${JSON.stringify(data)}', now())`,
  );

const everybody: Participant[] = ['cart', 'discount', 'inventory'];
const strangers = async () => {
  const buyer = await guest(open.shop.url);
  return { buyer, ref: { sagaId: randomUUID(), orderId: randomUUID(), userId: buyer.userId } };
};

describe('An undo before its do', () => {
  it('When a rollback is heard before the steps, then each step is refused and nothing is held', async () => {
    const { buyer, ref } = await strangers();
    await buyer.add(sku, 2);
    const rollback = { kind: 'rollback', reason: 'early', participants: everybody, version: 1 } as const;
    await say('order', 'order.cancelled', ref.orderId, { ...ref, ...rollback });
    const answers = () => queryShop(open.shop, 'events', `select from log_messages where key = '${ref.orderId}'`);
    await eventually(answers, (said) => said.length === 4);
    await settled(open.seller);
    const before = await everything(open.shop);
    expect(await repeated(commandsOf(ref))).toEqual({
      lock: ['SAGA_UNDONE'],
      apply: ['SAGA_UNDONE'],
      reserve: ['SAGA_UNDONE'],
      complete: ['ok'],
    });
    expect(await everything(open.shop)).toEqual(before);
    await expectSound(buyer);
  });
});

describe('Answers and questions about sagas that nobody knows', () => {
  it('When they are heard, then nothing changes, holds are told to let go, and what comes next is handled', async () => {
    const { buyer, ref } = await strangers();
    await buyer.add(sku, 2);
    await settled(open.seller);
    const before = await everything(open.shop);
    const { sagaId, orderId } = ref;
    for (const kind of ['rollback', 'cancel'] as const) {
      await say('cart', 'cart.unlocked', orderId, { ...ref, kind, version: 1 });
      await say('discount', 'discount.released', orderId, { ...ref, kind, version: 1, vouchers: [] });
      await say('inventory', 'inventory.released', orderId, { sagaId, orderId, kind, version: 1, lines: [] });
    }
    await say('cart', 'cart.completed', orderId, { ...ref, version: 1, cartNo: 1 });
    await say('cart', 'cart.lock_expired', orderId, { ...ref, version: 1 });
    await say('discount', 'discount.redemption_expired', orderId, { ...ref, version: 1 });
    await say('inventory', 'inventory.reservation_expired', orderId, { ...ref, version: 1 });
    const told = () =>
      queryShop<{ who: Participant }>(
        open.shop,
        'events',
        `select event->'data'->'participants'->>0 as who from log_messages
         where key = '${orderId}' and event->>'type' = 'order.cancelled' order by 1`,
      );
    expect(await eventually(told, (said) => said.length === 3)).toEqual(everybody.map((who) => ({ who })));
    await settled(open.seller);
    expect(await everything(open.shop)).toEqual(before);
    expect(await repeated(commandsOf(ref))).toMatchObject({ lock: ['SAGA_UNDONE'], reserve: ['SAGA_UNDONE'] });
    await expectSound(buyer);
  });
});
