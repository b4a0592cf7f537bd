import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { admin, type Client, call, eventually, guest, product, times } from '../support/client.ts';
import { removeFolder, startShop, temporaryFolder } from '../support/shop.ts';

describe('A shop killed with -9 under load', () => {
  it('When it starts again, then every saga ends within 10 s and nothing acknowledged is lost', async () => {
    const dataDir = temporaryFolder();
    try {
      let shop = await startShop({ dataDir });
      const seller = await admin(shop.url);
      const { sku } = await product(seller, { stock: 60 });
      const scarce = await product(seller, { stock: 12 });
      await seller.post('/vouchers', {
        code: 'SOME',
        type: 'percentage',
        value: 1000,
        scope: { kind: 'order' },
        usageLimit: 20,
      });

      for (let round = 0; round < 3; round++) {
        const buyers = await times(30, () => guest(shop.url));
        await times(30, async (index) => {
          const buyer = buyers[index] as Client;
          await buyer.add(sku);
          if (index % 3 === 0) await buyer.add(scarce.sku);
          if (index % 2 === 0) await buyer.put('/cart/vouchers/SOME');
        });
        const acknowledged: { buyer: Client; orderId: string }[] = [];
        let finished = 0;
        const running = times(30, async (index) => {
          const buyer = buyers[index] as Client;
          const reply = await buyer.checkout().catch(() => undefined);
          finished++;
          if (reply?.status === 201) acknowledged.push({ buyer, orderId: reply.body.orderId });
        });
        while (finished < 3 + round * 6) await new Promise((resolve) => setTimeout(resolve, 1));
        await shop.kill();
        await running;

        shop = await startShop({ dataDir });
        const owner = await admin(shop.url);
        const unfinished = async () => {
          const pages = await Promise.all(
            ['running', 'compensating', 'parked'].map((status) => owner.get(`/checkouts?limit=100&status=${status}`)),
          );
          return pages.flatMap(({ body }) => body.items);
        };
        await eventually(unfinished, (sagas) => sagas.length === 0, 10_000);
        for (const { buyer, orderId } of acknowledged) {
          const order = await call(shop.url, 'GET', `/api/v1/orders/${orderId}`, {}, buyer.token);
          expect(order.body).toMatchObject({ id: orderId, status: 'confirmed' });
        }
        expect(await auditShop(shop)).toEqual([]);
      }
      expect(await shop.stop()).toBe(0);
    } finally {
      removeFolder(dataDir);
    }
  }, 120_000);
});
