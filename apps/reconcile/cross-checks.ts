import type { Demand } from '@shop/contracts/commands.ts';
import { faultOf } from '@shop/contracts/event-schemas.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { type Books, SHOWN } from './books.ts';

/** What no single service can see: each function reads the databases of several, and answers breaches as sentences. */

/** Rows that are compared at a time. */
const PAGE = 2_000;
/** Before every id. */
const NIL = '00000000-0000-0000-0000-000000000000';

/** Rows of a query in pages by id; `$1` is the last one of the page before. */
async function* pagesOf<Row extends { id: string }>(pg: Pick<Postgres, 'query'>, text: string) {
  for (let after: string | undefined = NIL; after !== undefined; ) {
    const rows: Row[] = await pg.query<Row>({ text: `${text} limit ${PAGE}`, values: [after] });
    if (rows.length > 0) yield rows;
    after = rows.length < PAGE ? undefined : rows.at(-1)?.id;
  }
}

/** What is on its way, and what could not go on: each breach of I7. */
export const waitingEvents = async (books: Books): Promise<string[]> => {
  const breaches = (await books.waitingEvents()).map(
    ({ service, id, type }) => `event ${id} (${type}) waits in the outbox of ${service}`,
  );
  const letters = await books.events.query<{ id: string; type: string; consumer_group: string }>({
    text: `select id, event->>'type' as type, consumer_group from dead_letters
           where replayed_at is null order by at limit ${SHOWN}`,
  });
  for (const { id, type, consumer_group } of letters)
    breaches.push(`dead letter ${id} (${type}) waits for ${consumer_group}`);
  return breaches;
};

interface Placed {
  id: string;
  number: string;
  status: string;
  lines: Demand[];
  vouchers: { code: string; amount: number }[];
}

/** One spelling of what was ordered, held or redeemed, so that two can be compared. */
const sumOf = (lines: readonly Demand[]): string =>
  [...Map.groupBy(lines, ({ sku }) => sku)]
    .map(([sku, some]) => `${some.reduce((sum, { quantity }) => sum + quantity, 0)} ${sku}`)
    .sort()
    .join(', ') || 'nothing';
const usesOf = (vouchers: readonly { code: string; amount: number }[]): string =>
  vouchers
    .map(({ code, amount }) => `${code} ${amount}`)
    .sort()
    .join(', ');

/** A kept order holds what it says in stock and vouchers, a cancelled one nothing: each breach of I4 by an order. */
export const ordersAndTheirHolds = async (books: Books): Promise<string[]> => {
  const breaches: string[] = [];
  const text = `
    select checkout_id as id, number, status, body->'lines' as lines, body->'vouchers' as vouchers
    from orders where checkout_id > $1 order by checkout_id`;
  for await (const orders of pagesOf<Placed>(books.order, text)) {
    const sagas = orders.map(({ id }) => id);
    const held = await books.inventory.query<{ id: string; state: string; lines: Demand[] }>({
      text: 'select saga_id as id, state, lines from reservations where saga_id = any($1::uuid[])',
      values: [sagas],
    });
    const redeemed = await books.discount.query<{ id: string; code: string; amount: number }>({
      text: `select saga_id as id, code, amount from redemptions
             where saga_id = any($1::uuid[]) and released_at is null`,
      values: [sagas],
    });
    const holdOf = new Map(held.map((hold) => [hold.id, hold]));
    const usedBy = Map.groupBy(redeemed, ({ id }) => id);
    for (const order of orders) breaches.push(...faultsOf(order, holdOf.get(order.id), usedBy.get(order.id) ?? []));
  }
  return breaches;
};

const faultsOf = (
  { id, number, status, lines, vouchers }: Placed,
  hold: { state: string; lines: Demand[] } | undefined,
  uses: { code: string; amount: number }[],
): string[] => {
  const faults: string[] = [];
  const order = `order ${number} (${status}, checkout ${id})`;
  // What was never taken from the shelf is forgotten in time.
  const wanted = status === 'cancelled' ? ['restocked', 'released', undefined] : ['committed'];
  if (!wanted.includes(hold?.state)) faults.push(`the stock of ${order} is ${hold?.state ?? 'not held'}`);
  else if (hold?.state === 'committed' && sumOf(hold.lines) !== sumOf(lines))
    faults.push(`${order} is about ${sumOf(lines)}, and the stock about ${sumOf(hold.lines)}`);
  const owed = status === 'cancelled' ? [] : vouchers;
  if (usesOf(uses) !== usesOf(owed))
    faults.push(`${order} owes ${usesOf(owed) || 'no voucher'}, and ${usesOf(uses) || 'none'} is redeemed for it`);
  return faults;
};

/** Holds whose saga came to nothing hold nothing: each breach of I4 by a hold, with what its saga says. */
export const holdsWithoutOrders = async (books: Books): Promise<string[]> => {
  const breaches: string[] = [];
  const stock = `
    select saga_id as id, 'stock is ' || state as what from reservations
    where state <> 'released' and saga_id > $1 order by saga_id`;
  const vouchers = `
    select saga_id as id, count(*) || ' vouchers are redeemed' as what from redemptions
    where released_at is null and saga_id > $1 group by saga_id order by saga_id`;
  for (const [pg, text] of [
    [books.inventory, stock],
    [books.discount, vouchers],
  ] as const)
    for await (const holds of pagesOf<{ id: string; what: string }>(pg, text)) {
      const ordered = await statesOf(
        books,
        `select checkout_id as id, status as state from orders where checkout_id = any($1::uuid[])`,
        holds.map(({ id }) => id),
      );
      const orphans = holds.filter(({ id }) => !ordered.has(id));
      const sagas = await sagaStates(
        books,
        orphans.map(({ id }) => id),
      );
      for (const { id, what } of orphans)
        breaches.push(`${what} for checkout ${id} (${sagas.get(id) ?? 'unknown'}), which has no order`);
    }
  return breaches;
};

const statesOf = async (books: Books, text: string, ids: readonly string[]): Promise<Map<string, string>> => {
  const rows = await books.order.query<{ id: string; state: string }>({ text, values: [ids] });
  return new Map(rows.map(({ id, state }) => [id, state]));
};

const sagaStates = (books: Books, ids: readonly string[]): Promise<Map<string, string>> =>
  statesOf(books, 'select id, state from sagas where id = any($1::uuid[])', ids);

/** Carts that a checkout holds, with what it says: a breach of I5 where that has ended. */
export const lockedCarts = async (books: Books): Promise<string[]> => {
  const carts = await books.lockedCarts();
  const sagas = await sagaStates(
    books,
    carts.map(({ saga }) => saga),
  );
  return carts.map(
    ({ user, saga }) => `the cart of ${user} is locked by checkout ${saga} (${sagas.get(saga) ?? 'unknown'})`,
  );
};

/** Events in the log that are not as their schemas say: consumers let pass what a newer version may add, this does not. */
export const foreignEvents = async (books: Books): Promise<string[]> => {
  const page = `
    select topic, position, event from log_messages
    where (topic, position) > ($1, $2) order by topic, position limit 2000`;
  const breaches: string[] = [];
  for (let after: [string, number] | undefined = ['', 0]; after; ) {
    const rows: { topic: string; position: number; event: AnyShopEvent }[] = await books.events.query({
      text: page,
      values: after,
    });
    for (const { event } of rows) {
      const fault = faultOf(event);
      if (fault) breaches.push(`event ${event.id} (${event.type} of ${event.key}) is not as its schema says: ${fault}`);
    }
    const last = rows.at(-1);
    after = last && [last.topic, last.position];
  }
  return breaches;
};
