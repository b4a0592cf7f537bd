import { setTimeout as pause } from 'node:timers/promises';
import { type Market, products } from '../goods.ts';
import { said, type Work } from '../rounds.ts';
import { journey } from '../scenarios/journey.ts';

export interface SoakLoad {
  /** How many have come to their order so far. */
  orders(): number;
  /** How often others failed, by what was said. */
  told: Readonly<Record<string, number>>;
  /** Resolves when the last one has ended. */
  stop(): Promise<void>;
}

/** So many are under way at most: a shop that is too slow for the rate gets less than it, and is not caught up with. */
const most = 32;

/** Sends new guests on their way to an order, so many a second, evenly. */
export const startLoad = async (market: Market, perSecond: number): Promise<SoakLoad> => {
  const journeys = await journey(market).prepare(products);
  const told: Record<string, number> = {};
  const underWay = new Set<Promise<void>>();
  let [orders, stopped] = [0, false];

  const go = (work: Work): void => {
    const one = work()
      .then(
        () => {
          orders += 1;
        },
        (error) => {
          told[said(error)] = (told[said(error)] ?? 0) + 1;
        },
      )
      .finally(() => underWay.delete(one));
    underWay.add(one);
  };

  const pump = async (): Promise<void> => {
    let due = performance.now();
    for (let turn = 0; !stopped; turn += 1) {
      due = Math.max(due + 1000 / perSecond, performance.now() - 1000);
      await pause(Math.max(0, due - performance.now()));
      if (underWay.size >= most) await Promise.race(underWay);
      const work = journeys[turn % journeys.length];
      if (work && !stopped) go(work);
    }
  };
  const pumping = pump();

  return {
    orders: () => orders,
    told,
    async stop() {
      stopped = true;
      await pumping;
      await Promise.all(underWay);
    },
  };
};
