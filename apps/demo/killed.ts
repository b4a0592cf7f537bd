import { stopwatch } from '@shop/platform/time/system.ts';
import { type Buyer, type Ending, endingOf, heldBy, startToBuy } from './buyers.ts';
import type { Chapter, Doomed, Scene } from './scene.ts';
import { soon, type Thing } from './stage.ts';

const BUYERS = 10;
const UNITS = 8;
/** Between one click and the next, so that the kill meets checkouts at every step. */
const APART_MS = 20;
/** This many have their order when the shop is killed. */
const DONE = 3;
/** However slow the machine: the kill comes. */
const LATEST_MS = 10_000;

const enter = async ({ stage }: Doomed, lamp: Thing, ids: Scene['ids']): Promise<Buyer[]> => {
  const buyers: Buyer[] = [];
  for (let number = 1; number <= BUYERS; number += 1) {
    const shop = await stage.guest();
    await shop.cart.add(lamp.sku);
    buyers.push({ number, shop, key: ids.uuid() });
  }
  return buyers;
};

/** All buy, one shortly after the other, until the shop is killed in the middle of it. */
const buyUntilKilled = async ({ shop }: Doomed, buyers: Buyer[], clock: Scene['clock']): Promise<void> => {
  const killed = new AbortController();
  const done = () => buyers.filter(({ seen }) => seen?.status === 'completed').length;
  const buying = buyers.map(async (buyer, at) => {
    await clock.sleep(at * APART_MS, killed.signal);
    if (!killed.signal.aborted) await startToBuy(buyer, killed.signal);
  });
  const elapsed = stopwatch();
  while (done() < DONE && elapsed() < LATEST_MS) await clock.sleep(1);
  await shop.kill();
  killed.abort();
  await Promise.all(buying);
};

const row = ({ buyer, order, refusal, ms }: Ending): string[] => [
  `${buyer.number}`,
  buyer.seen ? heldBy(buyer.seen) : 'no answer yet',
  order ? `order ${order.number}` : `refused: ${refusal}`,
  `${Math.round(ms)} ms`,
];

/** Who had their order before the kill, as far as they know. */
const knew = ({ buyer }: Ending): boolean => buyer.seen?.status === 'completed';

const prove = async ({ stage }: Doomed, { page, clock }: Scene, lamp: Thing, endings: Ending[]): Promise<void> => {
  const orders = endings.filter(({ order }) => order !== undefined);
  const refused = endings.filter(({ refusal }) => refusal !== undefined);
  page.proven(
    `${BUYERS} carts: ${orders.length} orders, ${refused.length} clean refusals`,
    orders.length + refused.length === BUYERS,
  );
  const known = endings.filter(knew);
  page.proven(
    `the ${known.length} orders known before the kill are the same after it`,
    known.every(({ buyer, order }) => order !== undefined && order.id === buyer.seen?.orderId),
  );
  const lists = await Promise.all(endings.map(({ buyer }) => buyer.shop.orders.list()));
  page.proven(
    'nobody has two orders, and nobody who was refused has one',
    endings.every(({ order }, at) => lists[at]?.items.map(({ id }) => id).join() === (order?.id ?? '')),
  );
  const carts = await Promise.all(refused.map(({ buyer }) => buyer.shop.cart.get()));
  page.proven(
    'every refused cart is open, with the lamp still in it',
    carts.every(({ status, items }) => status === 'open' && items.length === 1),
  );
  const left = UNITS - orders.length;
  const stock = await soon(
    clock,
    () => stage.stockOf(lamp),
    ({ onHand, reserved }) => onHand === left && reserved === 0,
  );
  page.proven(
    `the stock adds up: ${UNITS} lamps − ${orders.length} sold = ${stock.onHand}, reserved ${stock.reserved}`,
    stock.onHand === left && stock.reserved === 0,
  );
};

/** The process dies without a word; what it had begun is brought to its end by the next one. */
export const killed: Chapter = {
  title: 'kill -9 in the middle',
  async tell(scene) {
    const { page, clock, ids } = scene;
    const doomed = await scene.doomed();
    const lamp = await doomed.stage.thing('Night lamp', 3990, UNITS);
    page.say(`${BUYERS} buyers with a lamp each in the cart, ${UNITS} lamps. They buy one after the other; as soon as`);
    page.say(`${DONE} have their order, the shop's process is killed with -9.`);
    const buyers = await enter(doomed, lamp, ids);
    await buyUntilKilled(doomed, buyers, clock);

    const sinceKill = stopwatch();
    await doomed.shop.start();
    const openMs = Math.round(sinceKill());
    const endings = await Promise.all(buyers.map((buyer) => endingOf(buyer)));
    const lastMs = Math.max(...endings.map(({ ms }) => ms));
    page.table(['buyer', 'when killed', 'sent again with the same key', 'answered after'], endings.map(row), [0, 3]);
    page.say(
      `Open again ${openMs} ms after the kill, on the same data; ${Math.round(lastMs)} ms later the last had its end.`,
    );
    await prove(doomed, scene, lamp, endings);
    await doomed.stage.clear();
  },
};
