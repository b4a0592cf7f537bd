import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@shop/platform/time/system.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseName } from '../../apps/embedded/databases.ts';
import { lastingBreaches, reconcile } from '../../apps/reconcile/reconcile.ts';
import { auditShop, queryShop } from '../support/audit.ts';
import { guest, product, times } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

const run = (env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['apps/reconcile/main.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { status, said: (stdout + stderr).trim().split('\n') };
};

/** An order of two units with a voucher, and what it is made of. */
interface Bought {
  sku: string;
  code: string;
  saga: string;
  order: string;
  buyer: string;
}

const buy = async (): Promise<Bought> => {
  const { sku } = await product(open.seller, { stock: 5 });
  const code = `V-${sku}`;
  await open.seller.post('/vouchers', { code, type: 'percentage', value: 1000, scope: { kind: 'order' } });
  const kim = await guest(open.shop.url);
  await kim.add(sku, 2);
  await kim.put(`/cart/vouchers/${code}`);
  const { id, orderId } = (await kim.checkout()).body;
  return { sku, code, saga: id, order: orderId, buyer: kim.userId };
};

interface Damage {
  /** Reads on from "When". */
  what: string;
  database: DatabaseName;
  sql: (bought: Bought) => string;
  /** What must be said of it. */
  named: (bought: Bought) => string | RegExp;
}

const damages: Damage[] = [
  {
    what: 'a unit appears on the shelf',
    database: 'inventory',
    sql: ({ sku }) => `update stock set on_hand = on_hand + 1 where sku = '${sku}'`,
    named: ({ sku }) => `${sku}: on hand 4, reserved 0, but its ledger sums to 3 and 0`,
  },
  {
    what: 'a line of the ledger is gone',
    database: 'inventory',
    sql: ({ saga }) => `delete from movements where saga_id = '${saga}' and kind = 'commit'`,
    named: ({ saga }) => new RegExp(`^saga ${saga}, .*its state says -2 and 0$`),
  },
  {
    what: 'the ledger tells of a SKU that is nowhere',
    database: 'inventory',
    sql: ({ sku }) => `update movements set sku = 'GONE-' || sku where sku = '${sku}' and kind = 'initial'`,
    named: ({ sku }) => `GONE-${sku}: on hand 0, reserved 0, but its ledger sums to 5 and 0`,
  },
  {
    what: 'sold stock counts as given back',
    database: 'inventory',
    sql: ({ saga }) => `update reservations set state = 'released' where saga_id = '${saga}'`,
    named: ({ saga }) => new RegExp(`^the stock of order .*${saga}\\) is released$`),
  },
  {
    what: 'a hold is about more than its order',
    database: 'inventory',
    sql: ({ saga }) =>
      `update reservations set lines = jsonb_set(lines, '{0,quantity}', '3') where saga_id = '${saga}'`,
    named: ({ saga, sku }) => new RegExp(`${saga}\\) is about 2 ${sku}, and the stock about 3 ${sku}$`),
  },
  {
    what: 'a hold is gone',
    database: 'inventory',
    sql: ({ saga }) => `delete from reservations where saga_id = '${saga}'`,
    named: ({ saga }) => new RegExp(`^the stock of order .*${saga}\\) is not held$`),
  },
  {
    what: 'stock waits for a checkout that nobody knows',
    database: 'inventory',
    sql: ({
      saga,
    }) => `insert into reservations (saga_id, order_id, user_id, state, lines, version, created_at, next_ask_at)
      values (overlay('${saga}' placing 'dead' from 1)::uuid, gen_random_uuid(), gen_random_uuid(), 'held', '[]', 1, now(), now() + interval '1 hour')`,
    named: ({ saga }) => `stock is held for checkout dead${saga.slice(4)} (unknown), which has no order`,
  },
  {
    what: 'a voucher forgets a use',
    database: 'discount',
    sql: ({ code }) => `update vouchers set used = 0 where code = '${code}'`,
    named: ({ code }) => `${code} counts 0 uses and has 1 live redemptions`,
  },
  {
    what: 'a redemption is given back alone',
    database: 'discount',
    sql: ({ saga }) => `update redemptions set released_at = now() where saga_id = '${saga}'`,
    named: ({ saga, code }) => new RegExp(`${saga}\\) owes ${code} 200, and none is redeemed for it$`),
  },
  {
    what: 'a voucher took more off than the order says',
    database: 'discount',
    sql: ({ saga }) => `update redemptions set amount = 300 where saga_id = '${saga}'`,
    named: ({ saga, code }) => new RegExp(`${saga}\\) owes ${code} 200, and ${code} 300 is redeemed for it$`),
  },
  {
    what: 'a price in an order changes',
    database: 'order',
    sql: ({ order }) => `update orders set body = jsonb_set(body, '{lines,0,total}', '1') where id = '${order}'`,
    named: ({ order }) => `order ${order} does not add up`,
  },
  {
    what: 'an order is gone',
    database: 'order',
    sql: ({ order }) => `delete from orders where id = '${order}'`,
    named: ({ saga }) => `stock is committed for checkout ${saga} (completed), which has no order`,
  },
  {
    what: 'a checkout with an order counts as rolled back',
    database: 'order',
    sql: ({ saga }) => `update sagas set state = 'compensated' where id = '${saga}'`,
    named: ({ saga }) => `checkout ${saga} was rolled back, yet has an order`,
  },
  {
    what: 'a checkout waits for an operator',
    database: 'order',
    sql: ({ saga }) => `update sagas set state = 'parked' where id = '${saga}'`,
    named: ({ saga }) => `saga ${saga} is parked, and waits for an operator to push it on`,
  },
  {
    what: 'a cart stays locked by a checkout that has ended',
    database: 'cart',
    sql: ({ saga, buyer }) =>
      `update carts set document = document || '{"lock": {"sagaId": "${saga}"}}' where user_id = '${buyer}'`,
    named: ({ saga, buyer }) => `the cart of ${buyer} is locked by checkout ${saga} (completed)`,
  },
  {
    what: 'an event differs from its schema',
    database: 'events',
    sql: ({ order }) => `update log_messages set event = jsonb_set(event, '{data,surprise}', '1')
      where event->>'type' = 'order.created' and key = '${order}'`,
    named: ({ order }) => new RegExp(`^event .* \\(order.created of ${order}\\) is not as its schema says: .*surprise`),
  },
  {
    what: 'an event was set aside',
    database: 'events',
    sql: ({ saga }) => `insert into dead_letters (id, topic, consumer_group, error, at, event)
      values ('${saga}', 'order', 'cart', 'broken', now(), '{"type": "order.created"}')`,
    named: ({ saga }) => `dead letter ${saga} (order.created) waits for cart`,
  },
];

/** Lets an outbox wait: as if its relay hung. */
const leaveEventUnsent = async (): Promise<string> => {
  const event = randomUUID();
  const until = `update outbox_leases set owner = 'nobody', until = 'infinity'`;
  await queryShop(open.shop, 'discount', until);
  const data = '{"code": "X", "type": "percentage", "active": true, "version": 1}';
  await queryShop(open.shop, 'discount', `select emit('${event}', 'discount.created', 'X', '${data}', now())`);
  return event;
};

describe('npm run reconcile', () => {
  const bought = new Map<Damage, Bought>();
  beforeAll(async () => {
    for (const damage of damages) bought.set(damage, await buy());
  });

  it('When all agrees, then it says so', async () => {
    expect(await auditShop(open.shop)).toEqual([]);
    const all = 'Stock, vouchers, orders, carts and events agree.';
    expect(run({ DATA_DIR: open.shop.dataDir })).toEqual({ status: 0, said: [all] });
  });

  it('When the shop sells meanwhile, then what is under way is no difference', async () => {
    const { sku } = await product(open.seller, { stock: 10_000 });
    let selling = true;
    const buyers = times(8, async () => {
      const kim = await guest(open.shop.url);
      while (selling) {
        await kim.add(sku);
        expect((await kim.checkout()).status).toBe(201);
      }
    });
    const seen: number[] = [];
    const books = await open.shop.books();
    const look = async () => {
      const breaches = await reconcile(books);
      seen.push(breaches.length);
      return breaches;
    };
    for (let round = 0; round < 3; round++) expect(await lastingBreaches(look, systemClock)).toEqual([]);
    selling = false;
    await buyers;
    await books.close();
    // Otherwise this would prove nothing.
    expect(Math.max(...seen)).toBeGreaterThan(0);
  });

  it('When rows are changed by hand, then each difference is named, and nothing else', async () => {
    for (const [{ database, sql }, one] of bought) await queryShop(open.shop, database, sql(one));
    const unsent = await leaveEventUnsent();
    const books = await open.shop.books();
    const said = await reconcile(books);
    await books.close();
    const sentences = [...bought].map(([{ what, named }, one]) => ({ what, named: named(one) }));
    sentences.push({
      what: 'a relay hangs',
      named: `event ${unsent} (discount.created) waits in the outbox of discount`,
    });
    const matches = (named: string | RegExp, line: string) =>
      typeof named === 'string' ? named === line : named.test(line);
    const missed = sentences.filter(({ named }) => !said.some((line) => matches(named, line)));
    expect({ missed, said: missed.length > 0 ? said : [] }).toEqual({ missed: [], said: [] });
    // Each sentence is about something that was changed.
    const touched = [...bought.values()].flatMap((one) => Object.values(one)).concat(unsent);
    expect(said.filter((line) => !touched.some((id) => line.includes(id) || line.includes(id.slice(4))))).toEqual([]);

    const { status, said: printed } = run({ DATA_DIR: open.shop.dataDir });
    expect(status).toBe(1);
    const hint = 'Not all agrees; looking again for 15 s, to tell what is wrong from what is under way …';
    expect(new Set(printed)).toEqual(new Set([...said, `${said.length} things differ.`, hint]));
  }, 60_000);

  it('When no shop runs there, or a setting is wrong, then one sentence says so', () => {
    expect(run({ DATA_DIR: '/nowhere/at/all' })).toEqual({
      status: 1,
      said: ['No shop runs on /nowhere/at/all; start it, or say where it is with DATA_DIR.'],
    });
    const { status, said } = run({ PORT: 'abc' });
    expect([status, said.length, said[0]]).toEqual([1, 1, expect.stringMatching(/PORT must be a number/)]);
  });
});
