import { faultOf } from '@shop/contracts/event-schemas.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { createPostgresDiscountStore } from '@shop/discount/store.postgres.ts';
import { createPostgresInventoryStore } from '@shop/inventory/store.postgres.ts';
import { createPostgresOrderStore } from '@shop/order/store.postgres.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import type { Books } from './books.ts';

/** What each service finds in its own books. */
const withinServices = async ({ inventory, discount, order }: Books): Promise<string[]> => {
  const [clock, ids] = [systemClock, systemIds];
  const outboxOf = (pg: Pick<Postgres, 'query'>) => createOutbox({ pg, service: 'reconcile', clock, ids });
  const stores = [
    createPostgresInventoryStore({ pg: inventory, outbox: outboxOf(inventory), ids }),
    createPostgresDiscountStore({ pg: discount, outbox: outboxOf(discount), ids }),
    createPostgresOrderStore({ pg: order, outbox: outboxOf(order), ids, changed() {} }),
  ];
  return (await Promise.all(stores.map((store) => store.audit()))).flat();
};

/** What ties services together: each breach of I4, I5 and I7 that no single service can see. */
const acrossServices = async (books: Books): Promise<string[]> => {
  const breaches: string[] = [];
  for (const { service, count } of await books.waiting())
    if (count > 0) breaches.push(`${count} events wait in the outbox of ${service}`);
  const letters = await books.events.query({ text: 'select id from dead_letters' });
  if (letters.length > 0) breaches.push(`${letters.length} dead letters`);
  for (const userId of await books.lockedCarts()) breaches.push(`the cart of ${userId} is locked`);
  return [...breaches, ...(await ordersAgainstHolds(books))];
};

/** Each order against the stock and the vouchers that its checkout holds. */
const ordersAgainstHolds = async ({ order, inventory, discount }: Books): Promise<string[]> => {
  const breaches: string[] = [];
  const orders = await order.query<{ checkout_id: string; status: string; vouchers: number }>({
    text: `select checkout_id, status, jsonb_array_length(body->'vouchers') as vouchers from orders`,
  });
  const reservations = await inventory.query<{ saga_id: string; state: string }>({
    text: 'select saga_id, state from reservations',
  });
  const redeemed = await discount.query<{ saga_id: string; live: number }>({
    text: `select saga_id, count(*) filter (where released_at is null) as live from redemptions group by saga_id`,
  });
  const stateOf = new Map(reservations.map(({ saga_id, state }) => [saga_id, state]));
  const liveOf = new Map(redeemed.map(({ saga_id, live }) => [saga_id, live]));
  const ordered = new Set(orders.map(({ checkout_id }) => checkout_id));
  for (const { checkout_id, status, vouchers } of orders) {
    const state = stateOf.get(checkout_id);
    // What was never taken from the shelf is forgotten in time.
    const wanted = status === 'cancelled' ? ['restocked', 'released', undefined] : ['committed'];
    if (!wanted.includes(state)) breaches.push(`the stock of ${status} checkout ${checkout_id} is ${state}`);
    if ((liveOf.get(checkout_id) ?? 0) !== (status === 'cancelled' ? 0 : vouchers))
      breaches.push(`the vouchers of ${status} checkout ${checkout_id} do not match`);
  }
  for (const [saga, state] of stateOf)
    if (!ordered.has(saga) && state !== 'released') breaches.push(`stock is ${state} for ${saga}, which has no order`);
  for (const [saga, live] of liveOf)
    if (!ordered.has(saga) && live > 0) breaches.push(`vouchers are redeemed for ${saga}, which has no order`);
  return breaches;
};

/** Events in the log that are not as their schemas say: consumers let pass what a newer version may add, this does not. */
const foreignEvents = async ({ events }: Books): Promise<string[]> => {
  const text = `
    select topic, position, event from log_messages
    where (topic, position) > ($1, $2) order by topic, position limit 2000`;
  const breaches: string[] = [];
  for (let after: [string, number] | undefined = ['', 0]; after; ) {
    const rows: { topic: string; position: number; event: AnyShopEvent }[] = await events.query({
      text,
      values: after,
    });
    for (const { event } of rows) {
      const fault = faultOf(event);
      if (fault) breaches.push(`event ${event.id} (${event.type}) is not as its schema says: ${fault}`);
    }
    const last = rows.at(-1);
    after = last && [last.topic, last.position];
  }
  return breaches;
};

/**
 * Every breach of the invariants I1 to I5 and I7 in the books of a shop; what is under way counts as one too, so ask a
 * shop at rest. Empty is well.
 */
export const reconcile = async (books: Books): Promise<string[]> =>
  (await Promise.all([withinServices(books), acrossServices(books), foreignEvents(books)])).flat();
