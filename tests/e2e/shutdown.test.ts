import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { admin, call, guest, product, type Reply, times } from '../support/client.ts';
import { runShop } from '../support/embedded-shop.ts';
import { removeFolder, startShop, temporaryFolder } from '../support/shop.ts';

const WORKERS = 12;

describe('An orderly end', () => {
  it('When SIGTERM comes under load, then every request that was taken is answered, and the next start finds all of it', async () => {
    const dataDir = temporaryFolder();
    try {
      const shop = await startShop({ dataDir });
      const { sku } = await product(await admin(shop.url), { stock: 100_000 });
      const answers: Reply[] = [];
      const orders: { id: string; token: string }[] = [];
      let ending = false;
      const work = async () => {
        const buyer = await guest(shop.url);
        const asks = [
          () => buyer.post('/cart/items', { sku, quantity: 1 }),
          () => buyer.checkout(),
          () => buyer.get('/orders'),
        ];
        for (let turn = 0; ; turn++) {
          const ask = asks[turn % asks.length] as () => Promise<Reply>;
          // A connection that is refused, or closed before it took the request, was never accepted.
          const reply = await ask().catch((error: unknown) => {
            if (ending && error instanceof TypeError) return undefined;
            throw error;
          });
          if (!reply) return;
          answers.push(reply);
          if (reply.body?.order) orders.push({ id: reply.body.order.id, token: buyer.token });
        }
      };
      const workers = times(WORKERS, work);
      while (orders.length < 30) await new Promise((resolve) => setTimeout(resolve, 5));
      ending = true;
      const start = performance.now();
      shop.process.kill('SIGTERM');
      shop.process.kill('SIGINT');
      const code = await shop.stop();
      expect([code, performance.now() - start < 10_000]).toEqual([0, true]);
      await workers;
      for (const { status, headers } of answers)
        expect(status === 503 ? headers.get('retry-after') : status).toSatisfy((said) =>
          [200, 201, 202, '1'].includes(said),
        );

      const again = await startShop({ dataDir });
      for (const { id, token } of orders)
        expect((await call(again.url, 'GET', `/api/v1/orders/${id}`, {}, token)).body).toMatchObject({
          id,
          status: 'confirmed',
        });
      expect(await auditShop(again)).toEqual([]);
      expect(await again.stop()).toBe(0);
    } finally {
      removeFolder(dataDir);
    }
  }, 60_000);

  it('When SIGTERM comes while it starts, then it ends in order and the next start works', async () => {
    const dataDir = temporaryFolder();
    try {
      for (const moment of [700, 1_200, 2_000]) {
        const start = performance.now();
        const { code } = await runShop({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }, moment);
        // Before its first line has run, the signal itself ends it.
        expect([0, null]).toContain(code);
        expect(performance.now() - start).toBeLessThan(10_000 + moment);
      }
      const shop = await startShop({ dataDir });
      expect(await auditShop(shop)).toEqual([]);
      expect(await shop.stop()).toBe(0);
    } finally {
      removeFolder(dataDir);
    }
  }, 60_000);
});
