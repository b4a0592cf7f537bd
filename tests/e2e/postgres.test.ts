import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { admin, type Client, call, eventually, guest, product, times } from '../support/client.ts';
import { removeFolder, type Shop, startShop, temporaryFolder } from '../support/shop.ts';

const postmasterOf = ({ dataDir }: Shop): number =>
  Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);

/** Buyers with one unit in their carts, who check out until told to stop; answers what was acknowledged. */
const load = async (shop: Shop, sku: string, buyers: number) => {
  const clients = await times(buyers, () => guest(shop.url));
  await times(buyers, (index) => (clients[index] as Client).add(sku));
  const acknowledged: { token: string; orderId: string }[] = [];
  const refused: { status: number; retryAfter: string | null }[] = [];
  const done = times(buyers, async (index) => {
    const buyer = clients[index] as Client;
    const reply = await buyer.checkout().catch(() => undefined);
    if (reply?.status === 201) acknowledged.push({ token: buyer.token, orderId: reply.body.orderId });
    else if (reply) refused.push({ status: reply.status, retryAfter: reply.headers.get('retry-after') });
  });
  return { acknowledged, refused, done };
};

const expectKept = async (shop: Shop, acknowledged: { token: string; orderId: string }[]) => {
  for (const { token, orderId } of acknowledged)
    expect((await call(shop.url, 'GET', `/api/v1/orders/${orderId}`, {}, token)).body).toMatchObject({ id: orderId });
};

const ended = (seller: Client) =>
  eventually(
    async () => {
      const lists = ['running', 'compensating', 'parked'].map((status) => seller.get(`/checkouts?status=${status}`));
      return (await Promise.all(lists)).flatMap(({ status, body }) => (status === 200 ? body.items : [body]));
    },
    (sagas) => sagas.length === 0,
    20_000,
  );

describe('PostgreSQL killed with -9', () => {
  it('When it is killed alone under load, then the shop answers 503 meanwhile, recovers by itself and lost nothing', async () => {
    const shop = await startShop();
    try {
      const seller = await admin(shop.url);
      const { sku } = await product(seller, { stock: 1000 });
      const { acknowledged, refused, done } = await load(shop, sku, 40);
      while (acknowledged.length < 5) await new Promise((resolve) => setTimeout(resolve, 1));
      process.kill(postmasterOf(shop), 'SIGKILL');
      const meanwhile: number[] = [];
      await eventually(
        async () => {
          const { status, headers } = await seller.get('/orders?limit=1');
          meanwhile.push(status);
          if (status === 503) expect(headers.get('retry-after')).not.toBeNull();
          return status;
        },
        (status) => status === 200 && meanwhile.includes(503),
        20_000,
      );
      expect(new Set([...meanwhile, 200, 503])).toEqual(new Set([200, 503]));
      await done;
      for (const { status, retryAfter } of refused)
        expect([status, retryAfter !== null]).toEqual([status === 202 ? 202 : 503, true]);
      await ended(seller);
      await expectKept(shop, acknowledged);
      expect(await auditShop(shop)).toEqual([]);
      const kim = await guest(shop.url);
      await kim.add(sku);
      expect((await kim.checkout()).status).toBe(201);
    } finally {
      await shop.stop();
      removeFolder(shop.dataDir);
    }
  }, 90_000);

  it('When it and the shop are killed together, then the next start finds everything that was acknowledged', async () => {
    const dataDir = temporaryFolder();
    try {
      const shop = await startShop({ dataDir });
      const { sku } = await product(await admin(shop.url), { stock: 1000 });
      const { acknowledged, done } = await load(shop, sku, 30);
      while (acknowledged.length < 5) await new Promise((resolve) => setTimeout(resolve, 1));
      process.kill(postmasterOf(shop), 'SIGKILL');
      await shop.kill();
      await done;
      const again = await startShop({ dataDir });
      await ended(await admin(again.url));
      await expectKept(again, acknowledged);
      expect(await auditShop(again)).toEqual([]);
      expect(await again.stop()).toBe(0);
    } finally {
      removeFolder(dataDir);
    }
  }, 90_000);
});
