import type { Asking } from './asking.ts';
import type { History, Purchase, Shopper } from './history.ts';
import type { Random } from './random.ts';
import { personWith } from './shopper.ts';

/** Signing in is made to be slow. */
const SHOPPERS = 60;
const SIDE_BY_SIDE = 4;

const differs = async (asking: Asking, shopper: Shopper, purchases: readonly Purchase[]): Promise<string[]> => {
  const person = await personWith(asking, shopper);
  const lost: string[] = [];
  for (const { key, outcome } of purchases) {
    if (!outcome) continue;
    const { status, body } = await person.ask('POST', '/checkouts', { body: {}, headers: { 'Idempotency-Key': key } });
    const same = outcome.kind === 'completed' ? body.orderId === outcome.orderId : body.code === outcome.code;
    if (!same) lost.push(`key ${key}, told ${JSON.stringify(outcome)}, is answered ${status} ${JSON.stringify(body)}`);
    if (outcome.kind !== 'completed') continue;
    const order = await person.ask('GET', `/orders/${outcome.orderId}`);
    if (order.status !== 200) lost.push(`order ${outcome.orderId} is answered ${order.status} to who bought it`);
  }
  return lost;
};

/** Has some of the shoppers ask again with each of their keys, and look at their orders: what is not as it was told. */
export const askAgain = async (asking: Asking, { shoppers, purchases }: History, random: Random): Promise<string[]> => {
  const chosen = random.shuffle(shoppers).slice(0, SHOPPERS);
  const lost: string[] = [];
  const work = async (): Promise<void> => {
    for (let shopper = chosen.pop(); shopper; shopper = chosen.pop()) {
      const { id } = shopper;
      lost.push(
        ...(await differs(
          asking,
          shopper,
          purchases.filter(({ userId }) => userId === id),
        )),
      );
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  return lost;
};
