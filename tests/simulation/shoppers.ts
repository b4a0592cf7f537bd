import type { CartView } from '@shop/cart/view.ts';
import type { Money } from '@shop/contracts/money.ts';
import type { CheckoutOutcome } from '@shop/order/service.ts';
import { type CheckoutAnswer, known, type Ledger, noteInSet, widen } from './ledger.ts';
import type { Answer, Network } from './network.ts';
import type { Action, Shopper } from './plan.ts';
import { count, type Process, type World } from './world.ts';

export interface ClientDeps {
  world: World;
  network: Network;
  ledger: Ledger;
}

const CLIENT_MS = 3_000;
const CHECKOUT_MS = 16_500;
const HASTY_MS = 400;

/** A person before a screen: does what the plan says, and writes down what they were told. */
export const createShopper = (
  { world, network, ledger }: ClientDeps,
  self: Process,
  { name, user, account }: Shopper,
) => {
  const { clock } = self;
  let buyer: { id: string; role: 'guest' | 'customer' } = user;
  /** The version of the cart that was seen last. */
  let seen: number | undefined;

  const ask = async (service: string, path: string, body: object, withinMs = CLIENT_MS): Promise<Answer> => {
    const answer = await network.send(self, service, path, body, { withinMs, idempotent: false });
    const said = answer.kind === 'refused' ? answer.refusal.code : answer.kind;
    count(world.coverage, `${path}: ${said}`);
    if (answer.kind === 'failed') ledger.missedAnswers.add(ledger.personOf(buyer.id));
    return answer;
  };

  const place = (sku: string, userId = buyer.id) => `${ledger.personOf(userId)} ${sku}`;

  const show = (view: CartView): void => {
    if (view.userId !== buyer.id) ledger.breaches.push(`${name} was shown the cart of ${view.userId}`);
    seen = view.version;
    for (const { sku, unitPrice, previousPrice } of view.items) {
      noteInSet(ledger.shown, place(sku, view.userId), unitPrice.amount);
      if (previousPrice) noteInSet(ledger.shown, place(sku, view.userId), previousPrice.amount);
    }
  };

  /** An edit of the cart; `changes`: it makes a new version, whose number nobody else is told. */
  const edit = async (path: string, body: object, ifMatch: number | undefined, changes: boolean): Promise<Answer> => {
    const { id } = buyer;
    const answer = await ask('cart', path, { user: buyer, ifMatch, ...body });
    if (answer.kind !== 'answered') return answer;
    const view = answer.value as CartView;
    show(view);
    if (ifMatch !== undefined && changes && view.version !== ifMatch + 1)
      ledger.breaches.push(`I5: ${name} changed version ${ifMatch} of a cart and got version ${view.version}`);
    if (changes && ledger.versions.get(id)?.has(view.version))
      ledger.breaches.push(`I5: two writes of the cart of ${name} were told version ${view.version}`);
    if (changes) noteInSet(ledger.versions, id, view.version);
    return answer;
  };

  const add = async ({ sku, quantity, guarded }: Action & { do: 'add' }): Promise<void> => {
    const { id } = buyer;
    const answer = await edit('cart.addItem', { item: { sku, quantity } }, guarded ? seen : undefined, true);
    widen(ledger.units, place(sku, id), quantity, known(answer));
  };

  const uncount = (answer: Answer, skus: readonly string[], userId: string): void => {
    if (known(answer) !== 'refused') for (const sku of skus) ledger.uncounted.add(place(sku, userId));
  };

  const priceNow = async (): Promise<Money | undefined> => {
    const answer = await ask('cart', 'cart.quote', { user: buyer });
    return answer.kind === 'answered' ? (answer.value as { total: Money }).total : undefined;
  };

  const checkOut = async (action: Action & { do: 'check out' }): Promise<void> => {
    const key = keyOf(action.key);
    const expectedTotal = action.priced ? await priceNow() : undefined;
    const contact = action.other ? { email: 'other@example.com', name: 'Other' } : undefined;
    const request = { ...(expectedTotal && { expectedTotal }), ...(contact && { contact }) };
    const hangUpMs = action.hasty ? HASTY_MS : undefined;
    const { id: userId, role } = buyer;
    const send = () => sendCheckout({ userId, role, key, request }, { isAsync: action.isAsync, hangUpMs });
    await Promise.all(Array.from({ length: action.times }, send));
  };

  const sendCheckout = async (
    checkout: Omit<CheckoutAnswer, 'outcome'>,
    { isAsync, hangUpMs, withinMs = CHECKOUT_MS }: { isAsync: boolean; hangUpMs?: number; withinMs?: number },
  ): Promise<CheckoutAnswer> => {
    const { userId, role, key, request } = checkout;
    const body = { user: { id: userId, role }, key, request, async: isAsync, hangUpMs };
    const answer = await ask('order', 'orders.checkout', body, hangUpMs ?? withinMs);
    const answered = { ...checkout, outcome: outcomeOf(answer) };
    if (answer.kind === 'refused' && answer.refusal.code === 'PRICE_CHANGED')
      for (const { sku, now } of (answer.refusal.errors ?? []) as { sku: string; now: Money }[])
        noteInSet(ledger.shown, place(sku, userId), now.amount);
    ledger.checkouts.push(answered);
    return answered;
  };

  const keyOf = (key: number) => `${name}-${key}`;

  const orderOf = (key: number): string | undefined => {
    for (const { outcome, key: of } of ledger.checkouts)
      if (of === keyOf(key) && (outcome.kind === 'completed' || outcome.kind === 'pending'))
        return outcome.saga.orderId;
    return undefined;
  };

  const cancel = async ({ key, keyed }: Action & { do: 'cancel' }): Promise<void> => {
    const id = orderOf(key);
    if (id === undefined) return;
    const body = { id, user: buyer, key: keyed ? `cancel-${keyOf(key)}` : undefined };
    const answer = await ask('order', 'orders.cancel', body);
    const code = answer.kind === 'refused' ? answer.refusal.code : undefined;
    ledger.cancels.push({ orderId: id, known: known(answer), code });
  };

  const follow = async ({ key }: Action & { do: 'follow' }): Promise<void> => {
    const pending = ledger.checkouts.find(({ key: of, outcome }) => of === keyOf(key) && outcome.kind === 'pending');
    if (pending?.outcome.kind === 'pending')
      await ask('order', 'orders.findCheckout', { id: pending.outcome.saga.id, user: buyer });
  };

  const act = async (action: Action): Promise<void> => {
    const { id } = buyer;
    switch (action.do) {
      case 'add':
        await Promise.all(Array.from({ length: action.times }, () => add(action)));
        return;
      case 'set': {
        const { sku, quantity, guarded } = action;
        const answer = await edit('cart.setQuantity', { item: { sku, quantity } }, guarded ? seen : undefined, false);
        return uncount(answer, [sku], id);
      }
      case 'remove':
        return uncount(await edit('cart.removeItem', { sku: action.sku }, undefined, false), [action.sku], id);
      case 'clear':
        return uncount(await edit('cart.clear', {}, undefined, false), [...ledger.prices.keys()], id);
      case 'look': {
        const answer = await ask('cart', 'cart.view', { user: buyer });
        if (answer.kind === 'answered') show(answer.value as CartView);
        return;
      }
      case 'quote':
        await priceNow();
        return;
      case 'use voucher':
        await edit('cart.addVoucher', { code: action.code }, undefined, false);
        return;
      case 'drop voucher':
        await edit('cart.removeVoucher', { code: action.code }, undefined, false);
        return;
      case 'check out':
        return checkOut(action);
      case 'cancel':
        return cancel(action);
      case 'follow':
        return follow(action);
      case 'sign in':
        return signIn();
    }
  };

  /** What identity asks of the cart when a guest signs in; whatever becomes of it, they go on as their account. */
  const signIn = async (): Promise<void> => {
    if (buyer.id === account) return;
    const body = { fromUserId: buyer.id, toUserId: account };
    const answer = await network.send(self, 'cart', '/internal/cart/merge', body, {
      withinMs: 2_000,
      idempotent: true,
    });
    count(world.coverage, `merge: ${answer.kind === 'answered' ? JSON.stringify(answer.value) : answer.kind}`);
    buyer = { id: account, role: 'customer' };
    seen = undefined;
  };

  return {
    /** All of the plan, one action after the other. */
    async play(actions: readonly Action[]): Promise<void> {
      for (const action of actions) {
        await clock.sleep(action.waitMs);
        await act(action);
      }
    },
    /** At the end, when nothing fails any more: every key is sent once more, and the cart looked at. */
    async lookBack(): Promise<void> {
      const mine = ledger.checkouts.filter(({ key }) => key.startsWith(`${name}-`));
      for (const sent of Map.groupBy(mine, ({ userId, key }) => `${userId} ${key}`).values()) {
        // Whichever of the requests came first is the one that the key belongs to.
        const requests = new Map(sent.map((one) => [JSON.stringify(one.request), one]));
        for (const { outcome: _, ...checkout } of requests.values()) {
          const { outcome } = await sendCheckout(checkout, { isAsync: false, withinMs: 60_000 });
          if (outcome.kind === 'unknown' || outcome.kind === 'pending')
            ledger.breaches.push(`I3: nothing fails any more, and ${checkout.key} is ${outcome.kind}`);
          if (outcome.kind !== 'refused' || outcome.code !== 'IDEMPOTENCY_KEY_REUSED') break;
        }
      }
      for (const id of new Set([user.id, account])) {
        const answer = await ask('cart', 'cart.view', { user: { id, role: 'customer' } }, 60_000);
        if (answer.kind !== 'answered')
          ledger.breaches.push(`The cart of ${name} can't be seen: ${JSON.stringify(answer)}`);
      }
    },
  };
};

const outcomeOf = (answer: Answer): CheckoutAnswer['outcome'] => {
  if (answer.kind === 'failed') return { kind: 'unknown' };
  if (answer.kind === 'refused')
    return { kind: 'refused', code: answer.refusal.code, checkoutId: answer.refusal.checkoutId };
  return answer.value as CheckoutOutcome & { kind: 'completed' | 'pending' };
};
