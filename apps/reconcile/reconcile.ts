import { createPostgresDiscountStore } from '@shop/discount/store.postgres.ts';
import { createPostgresInventoryStore } from '@shop/inventory/store.postgres.ts';
import { createPostgresOrderStore } from '@shop/order/store.postgres.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import type { Books } from './books.ts';
import { foreignEvents, holdsWithoutOrders, lockedCarts, ordersAndTheirHolds, waitingEvents } from './cross-checks.ts';

/** What inventory, discount and order find in their own books. */
const auditsOf = ({ inventory, discount, order }: Books): (() => Promise<string[]>)[] => {
  const ids = systemIds;
  const outboxOf = (pg: Pick<Postgres, 'query'>) => createOutbox({ pg, service: 'reconcile', clock: systemClock, ids });
  return [
    createPostgresInventoryStore({ pg: inventory, outbox: outboxOf(inventory), ids }),
    createPostgresDiscountStore({ pg: discount, outbox: outboxOf(discount), ids }),
    createPostgresOrderStore({ pg: order, outbox: outboxOf(order), ids, changed() {} }),
  ].map((store) => store.audit);
};

/**
 * Every breach of the invariants I1, I2 and I4 to I7 in the books of a shop; what is under way counts as one too. Empty
 * is well.
 */
export const reconcile = async (books: Books): Promise<string[]> => {
  const looks = [
    ...auditsOf(books),
    () => lockedCarts(books),
    () => waitingEvents(books),
    () => ordersAndTheirHolds(books),
    () => holdsWithoutOrders(books),
    () => foreignEvents(books),
  ];
  const breaches: string[] = [];
  for (const look of looks) breaches.push(...(await look()));
  return breaches;
};

/** A checkout that is under way has ended after this, or is in trouble. */
const LOOK_FOR_MS = 15_000;
const LOOK_AGAIN_MS = 1_000;

/** The same breach, though the numbers in it go on changing. */
const kindOf = (breach: string): string => breach.replace(/\b\d+\b/g, '#');

/**
 * What differs in a shop that goes on selling: looks again for 15 s while anything differs, and answers what every look
 * has found, as the last one saw it. What is under way ends meanwhile; what is wrong stays. `onFirst` is called where
 * that takes its time.
 */
export const lastingBreaches = async (
  look: () => Promise<string[]>,
  clock: Clock,
  { lookForMs = LOOK_FOR_MS, onFirst }: { lookForMs?: number; onFirst?: () => void } = {},
): Promise<string[]> => {
  let breaches = await look();
  if (breaches.length > 0) onFirst?.();
  for (let waited = 0; breaches.length > 0 && waited < lookForMs; waited += LOOK_AGAIN_MS) {
    await clock.sleep(LOOK_AGAIN_MS);
    const before = new Set(breaches.map(kindOf));
    breaches = (await look()).filter((breach) => before.has(kindOf(breach)));
  }
  return breaches;
};
