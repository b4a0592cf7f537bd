import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Asking } from './asking.ts';
import type { Chronicle, Lines, Outcome, Purchase } from './history.ts';
import type { Random } from './random.ts';
import { linesOf, newCustomer, type Person, spelled } from './shopper.ts';

export interface Goods {
  skus: readonly string[];
  vouchers: readonly string[];
}

export interface BuyerOptions {
  asking: Asking;
  chronicle: Chronicle;
  random: Random;
  goods: Goods;
  going: () => boolean;
}

/** A person buys so often, then another one comes. */
const PURCHASES = 12;
/** A cart that a checkout still holds is tried again for so long. */
const LOCKED_MS = 15_000;
const AGAIN_MS = 250;
/** Refusals that a shop under faults, with little stock and few vouchers, may come to. */
const FITTING = new Set(['CHECKOUT_TIMED_OUT', 'OUT_OF_STOCK', 'VOUCHER_REJECTED']);
/** Further ones, of a person whose cart nobody can know for sure: a write that was given up may still arrive. */
const FITTING_UNCLEAR = new Set(['CART_EMPTY', 'CHECKOUT_IN_PROGRESS']);

/** The cart is held by a checkout of before, and for longer than this person waits. */
class Held extends Error {}

/** What a purchase is made with. */
interface Buying extends BuyerOptions {
  person: Person;
  /** What is in the cart, if every write of it had a definite answer. */
  cart: Lines;
}

/** Edits the cart; waits where a checkout holds it. */
const edit = async ({ person, chronicle }: Buying, method: string, path: string, body?: object) => {
  for (const end = performance.now() + LOCKED_MS; ; ) {
    const answer = await person.ask(method, path, { body });
    if (answer.status !== 423) return answer;
    if (performance.now() > end) throw new Held();
    chronicle.count('turnedAway');
    await pause(AGAIN_MS);
  }
};

const expectStatus = (
  { chronicle }: Buying,
  what: string,
  { status, body }: { status: number; body: unknown },
  ...expected: number[]
): boolean => {
  if (expected.includes(status)) return true;
  chronicle.wrong(`${what}: ${status} ${JSON.stringify(body)}`);
  return false;
};

/** Adds are not repeatable: one that had no answer leaves the cart unclear. */
const addOne = async (buying: Buying, sku: string): Promise<void> => {
  const { person, cart } = buying;
  const answer = await person.once('POST', '/cart/items', { body: { sku, quantity: 1 } });
  if (!answer || answer.status === 423) return;
  if (expectStatus(buying, 'POST /cart/items', answer, 200)) cart[sku] = (cart[sku] ?? 0) + 1;
};

const fillCart = async (buying: Buying): Promise<void> => {
  const { random, goods, cart, person, chronicle } = buying;
  for (const sku of random.shuffle(goods.skus).slice(0, random.between(1, 3))) {
    const quantity = random.between(1, 3);
    if (expectStatus(buying, 'PUT /cart/items', await edit(buying, 'PUT', `/cart/items/${sku}`, { quantity }), 200))
      cart[sku] = quantity;
    if (random.chance(0.4)) await addOne(buying, sku);
  }
  const [first, second] = Object.keys(cart);
  if (first && second && random.chance(0.3)) {
    if (expectStatus(buying, 'DELETE /cart/items', await edit(buying, 'DELETE', `/cart/items/${first}`), 200))
      delete cart[first];
  }
  if (random.chance(0.5)) {
    const code = random.pick(goods.vouchers);
    const put = await edit(buying, 'PUT', `/cart/vouchers/${code}`);
    if (put.status !== 409 || put.body.code !== 'VOUCHER_REJECTED')
      expectStatus(buying, 'PUT /cart/vouchers', put, 200);
  }
  const seen = await person.ask('GET', '/cart');
  if (!expectStatus(buying, 'GET /cart', seen, 200) || person.unclear()) return;
  if (spelled(linesOf(seen.body)) !== spelled(cart))
    chronicle.wrong(`the cart of ${person.id} holds ${spelled(linesOf(seen.body))} instead of ${spelled(cart)}`);
};

/** A checkout's outcome by asking for it, however long that takes; undefined where the key was not used up. */
const outcomeOf = async (buying: Buying, key: string): Promise<Outcome | undefined> => {
  const { person, chronicle } = buying;
  const headers = { 'Idempotency-Key': key };
  let { status, body } = await person.ask('POST', '/checkouts', { body: {}, headers });
  while (status === 202 || (status === 200 && ['running', 'compensating', 'parked'].includes(body.status))) {
    await pause(AGAIN_MS);
    ({ status, body } = await person.ask('GET', `/checkouts/${body.id}`));
  }
  if (status === 201 || (status === 200 && body.status === 'completed'))
    return { kind: 'completed', orderId: body.orderId };
  const code = status === 200 ? body.problem?.code : body.code;
  const final = status === 200 || body.checkoutId !== undefined;
  if (!FITTING.has(code) && !(person.unclear() && FITTING_UNCLEAR.has(code)))
    chronicle.wrong(`POST /checkouts of ${person.id}: ${status} ${JSON.stringify(body)}`);
  return final ? { kind: 'refused', code } : undefined;
};

const sameOutcome = (one: Outcome | undefined, other: Outcome | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Says the same again, at the same time, or with another wish: the key has one outcome. */
const repeat = async (buying: Buying, purchase: Purchase, twin: Promise<Outcome | undefined>): Promise<void> => {
  const { person, chronicle, random } = buying;
  const { key, outcome } = purchase;
  const others = [await twin, ...(random.chance(0.2) ? [await outcomeOf(buying, key)] : [])];
  for (const other of others)
    if (!sameOutcome(outcome, other))
      chronicle.wrong(`key ${key} was told ${JSON.stringify(outcome)}, and ${JSON.stringify(other)} to the same again`);
  if (!random.chance(0.05) || !outcome) return;
  const body = { contact: { email: 'another@example.com', name: 'Another' } };
  const changed = await person.ask('POST', '/checkouts', { body, headers: { 'Idempotency-Key': key } });
  if (changed.body?.code !== 'IDEMPOTENCY_KEY_REUSED')
    chronicle.wrong(`key ${key} with another body: ${changed.status} ${JSON.stringify(changed.body)}`);
};

const cancel = async ({ person, chronicle }: Buying, purchase: Purchase, orderId: string): Promise<void> => {
  purchase.cancel = 'asked';
  const headers = { 'Idempotency-Key': randomUUID() };
  const { status, body } = await person.ask('POST', `/orders/${orderId}/cancel`, { body: {}, headers });
  if (status === 200 && (body.status === 'cancelled' || body.cancelRequested)) purchase.cancel = 'acknowledged';
  else chronicle.wrong(`POST /orders/:id/cancel: ${status} ${JSON.stringify(body)}`);
};

const buyOnce = async (buying: Buying): Promise<void> => {
  const { person, chronicle, random } = buying;
  await fillCart(buying);
  if (Object.keys(buying.cart).length === 0 && !person.unclear()) return;
  const purchase: Purchase = { userId: person.id, key: randomUUID() };
  if (!person.unclear()) purchase.lines = { ...buying.cart };
  chronicle.history.purchases.push(purchase);
  const asked = outcomeOf(buying, purchase.key);
  const twin = random.chance(0.25) ? outcomeOf(buying, purchase.key) : asked;
  const outcome = await asked;
  purchase.outcome = outcome;
  chronicle.count(outcome?.kind === 'completed' ? 'completed' : 'refused');
  await repeat(buying, purchase, twin);
  if (person.unclear()) delete purchase.lines;
  if (outcome?.kind === 'completed') {
    buying.cart = {};
    if (random.chance(0.15)) await cancel(buying, purchase, outcome.orderId);
    return;
  }
  if (expectStatus(buying, 'DELETE /cart', await edit(buying, 'DELETE', '/cart'), 200)) buying.cart = {};
};

/** Customers, one after the other, who edit carts, buy, ask twice and cancel, until the run is over. */
export const runBuyer = async (options: BuyerOptions): Promise<void> => {
  const { asking, chronicle, random, going } = options;
  while (going()) {
    const person = await newCustomer(asking, chronicle);
    const buying: Buying = { ...options, person, cart: {} };
    try {
      for (let bought = 0; bought < PURCHASES && going() && !person.unclear(); bought += 1) {
        await buyOnce(buying);
        await pause(random.between(20, 200));
      }
    } catch (error) {
      if (!(error instanceof Held)) chronicle.wrong(`a customer gave up: ${(error as Error).stack}`);
    }
  }
};
