import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { call, eventually } from '../support/client.ts';
import { settled } from '../support/everything.ts';
import { atWork, movingCart } from './at-work.ts';
import { inTrouble, whileRecovering, withPoison } from './in-trouble.ts';
import { expectKept } from './kept.ts';
import { type Chapter, type Stage, setStage } from './stage.ts';
import { openStand } from './stand.ts';

const outboxes = ['cart', 'discount', 'inventory', 'order', 'product'].map((name) => `outbox of ${name}`);

/**
 * Methods that are no points: reads (a kill beside one is the kill before the next write), what an orderly end does, what
 * writes nothing in this service, and what nobody calls by this name. A new method is either passed by a chapter or a
 * first start, or is added here, on purpose.
 */
const beside = new Set([
  ...outboxes.flatMap((outbox) => [`${outbox}.depth`, `${outbox}.release`]),
  'cart store.catalogueOf',
  'cart store.find',
  'commands.cart.merge',
  'commands.discount.quote',
  'discount store.applications.facts',
  'discount store.audit',
  'discount store.catalogue.bySkus',
  'discount store.catalogue.learn',
  'discount store.vouchers.find',
  'discount store.vouchers.list',
  'discount store.vouchers.redemptions',
  'identity store.credentialsOf',
  'identity store.find',
  'identity store.signingKeys',
  'inbox of cart.buried',
  'inbox of order.buried',
  'inventory store.audit',
  'inventory store.movementsOf',
  'inventory store.stockByPrefix',
  'inventory store.stockOf',
  'order store.audit',
  'order store.find',
  'order store.findByKey',
  'order store.findOrder',
  'order store.list',
  'order store.listOrders',
  'order store.resign',
  'order store.statistics',
  'order store.unfinished',
  'product store.byHandles',
  'product store.byIds',
  'product store.bySkus',
  'product store.facets',
  'product store.list',
]);

const chapters: readonly Chapter[] = [atWork, inTrouble, withPoison, whileRecovering];
/** Two shops, so that one works while the other waits; each kill is on one of them. */
const stages: Stage[] = [];
const pointsOf = new Map<Chapter, string[]>();
/** What a first start does besides: the first key and admin, the sample catalogue and vouchers. */
let firstPoints: string[] = [];
const seeded = { env: { SEED: 'on' } };

const methodOf = (point: string): string => point.slice(0, point.lastIndexOf(' '));

const unfinished = async ({ stand }: Stage) => {
  const states = ['running', 'compensating', 'parked'];
  const pages = await Promise.all(states.map((status) => stand.seller.get(`/checkouts?limit=100&status=${status}`)));
  return pages.flatMap(({ body }) => body.items as { id: string; status: string }[]);
};

/** Every saga ends within 10 s from now; those that were parked when an operator pushes them on. */
const expectEnded = (stage: Stage) =>
  eventually(
    async () => {
      const sagas = await unfinished(stage);
      for (const { id, status } of sagas)
        if (status === 'parked') await stage.stand.seller.post(`/checkouts/${id}/retry`);
      return sagas;
    },
    (sagas) => sagas.length === 0,
    10_000,
  );

/** The points that a chapter passes, beyond those that are known. */
const listPoints = async (stage: Stage, chapter: Chapter, known: readonly string[]): Promise<string[]> => {
  const played = await chapter.play(stage, { list: true });
  expect(played.isCutOff).toBe(false);
  await expectEnded(stage);
  await settled(stage.stand.seller);
  const points = stage.stand.points.filter((point) => !known.includes(point) && !beside.has(methodOf(point)));
  await expectKept(played);
  expect(await auditShop(stage.stand.shop)).toEqual([]);
  return points;
};

/** Kills the shop at a point of a chapter and starts it again; false when the point was not passed this time. */
const killAt = async (stage: Stage, chapter: Chapter, point: string, time = 1): Promise<boolean> => {
  const played = await chapter.play(stage, { dieAt: point, time });
  if (!(await stage.stand.died())) await stage.stand.order({ dieAt: 'no more' });
  const died = await stage.stand.died();
  expect({ point, died: died || played.isCutOff }).toEqual({ point, died });
  if (died) await stage.stand.start();
  await expectEnded(stage);
  await expectKept(played);
  expect({ point, breaches: await auditShop(stage.stand.shop) }).toEqual({ point, breaches: [] });
  return died;
};

/** Waits for all, also where one fails: the next test must not meet what is left of this one. */
const all = async (works: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(works);
  await Promise.all(works);
};

beforeAll(async () => {
  const stands = await Promise.all([openStand(), openStand()]);
  stages.push(...(await Promise.all(stands.map(setStage))));
  const [stage] = stages as [Stage];
  for (const chapter of chapters)
    pointsOf.set(chapter, await listPoints(stage, chapter, [...pointsOf.values()].flat()));
  const first = await openStand({ ...seeded, order: { list: true } });
  await settled(first.seller);
  const ofStart = /^(identity store|product store|discount store[.]vouchers)[.]/;
  firstPoints = first.points.filter((point) => ofStart.test(point) && !beside.has(methodOf(point)));
  await first.close();
}, 300_000);

afterAll(async () => {
  await Promise.all(stages.map(({ stand }) => stand.close()));
});

describe('Killed with -9 at every point', () => {
  it('When each chapter has been played once, then every method that writes was passed', () => {
    const passed = new Set([...[...pointsOf.values()].flat(), ...firstPoints].map(methodOf));
    const { methods } = (stages[0] as Stage).stand;
    expect([...methods].filter((method) => !passed.has(method) && !beside.has(method)).sort()).toEqual([]);
    expect([...beside].filter((method) => !methods.has(method))).toEqual([]);
    expect([...pointsOf.values()].flat().length).toBeGreaterThan(100);
  });

  it('When the shop is killed at its first start and started again, then key, admin, catalogue and vouchers are there once', async () => {
    const left = [...firstPoints];
    const work = async () => {
      for (let point = left.shift(); point; point = left.shift()) {
        const stand = await openStand({ ...seeded, order: { dieAt: point } });
        expect({ point, died: await stand.died() }).toEqual({ point, died: true });
        await stand.start();
        await settled(stand.seller);
        const { keys } = (await call(stand.url, 'GET', '/.well-known/jwks.json')).body;
        const { items } = (await stand.seller.get('/products?limit=100&status=active')).body;
        const vouchers = (await stand.seller.get('/vouchers')).body.items;
        expect({ point, found: [keys.length, items.length, vouchers.length] }).toEqual({ point, found: [1, 59, 7] });
        expect(await auditShop(stand.shop)).toEqual([]);
        await stand.close();
      }
    };
    await all([work(), work()]);
    console.log(`killed at ${firstPoints.length} points`);
    expect(firstPoints.length).toBeGreaterThan(6);
  }, 1_200_000);

  it.each(chapters.map((chapter) => [chapter.name, chapter] as const))(
    'When the shop is killed %s and started again, then every saga ends within 10 s and nothing is lost or done twice',
    async (_name, chapter) => {
      const points = pointsOf.get(chapter) ?? [];
      const left = [...points];
      const missed: string[] = [];
      const work = async (stage: Stage) => {
        for (let point = left.shift(); point; point = left.shift())
          if (!(await killAt(stage, chapter, point))) missed.push(point);
      };
      await all(stages.map(work));
      console.log(
        `killed at ${points.length - missed.length} points; not passed again: ${missed.join(', ') || 'none'}`,
      );
      expect(points.length).toBeGreaterThan(0);
      expect(missed.length).toBeLessThan(Math.max(2, points.length / 10));
    },
    1_200_000,
  );

  it('When the shop is killed before or after each write that moves a cart, then the cart is in one place', async () => {
    const [stage] = stages as [Stage];
    for (const time of [1, 2, 3])
      for (const point of ['cart store.save before', 'cart store.save after'])
        expect({ point, time, died: await killAt(stage, movingCart, point, time) }).toEqual({
          point,
          time,
          died: true,
        });
  }, 120_000);
});
