import { describe, expect, it } from 'vitest';
import { auditShop, queryShop } from '../support/audit.ts';
import { admin, call, guest, product, type Reply, stockOf, times } from '../support/client.ts';
import { runShop } from '../support/embedded-shop.ts';
import { removeFolder, startShop, temporaryFolder } from '../support/shop.ts';

const WORKERS = 12;

describe('An orderly end', () => {
  it('When SIGTERM comes under load, then every request that was taken is answered, and the next start finds all of it', async () => {
    const dataDir = temporaryFolder();
    try {
      const shop = await startShop({ dataDir });
      const { sku } = await product(await admin(shop.url), { stock: 100_000 });
      const answers: Record<'added' | 'bought' | 'listed', Reply[]> = { added: [], bought: [], listed: [] };
      const failures: string[] = [];
      const work = async () => {
        const buyer = await guest(shop.url);
        const asks = [
          ['added', () => buyer.post('/cart/items', { sku, quantity: 1 })],
          ['bought', () => buyer.checkout()],
          ['listed', () => buyer.get('/orders')],
        ] as const;
        for (let turn = 0; failures.length === 0; turn++) {
          const [what, ask] = asks[turn % asks.length] as (typeof asks)[number];
          const reply = await ask().catch(({ cause }: Error) => {
            // Nobody listens any more: that request was never sent.
            if ((cause as NodeJS.ErrnoException)?.code !== 'ECONNREFUSED') failures.push(`${what}: ${cause}`);
            return undefined;
          });
          if (!reply) return;
          answers[what].push(reply);
          if (reply.body?.order) orders.push({ id: reply.body.order.id, token: buyer.token });
        }
      };
      const orders: { id: string; token: string }[] = [];
      const workers = times(WORKERS, work);
      while (orders.length < 30) await new Promise((resolve) => setTimeout(resolve, 5));
      const start = performance.now();
      shop.process.kill('SIGTERM');
      shop.process.kill('SIGINT');
      const code = await shop.stop();
      expect([code, performance.now() - start < 10_000]).toEqual([0, true]);
      await workers;
      expect(failures).toEqual([]);
      const statuses = new Set(Object.values(answers).flatMap((some) => some.map(({ status }) => status)));
      expect([...statuses].filter((status) => ![200, 201, 202].includes(status))).toEqual([]);

      const again = await startShop({ dataDir });
      for (const { id, token } of orders)
        expect((await call(again.url, 'GET', `/api/v1/orders/${id}`, {}, token)).body).toMatchObject({
          id,
          status: 'confirmed',
        });
      expect(await auditShop(again)).toEqual([]);
      // Nothing was done for a request that got no answer.
      const [taken] = await queryShop<{ sagas: number }>(again, 'order', 'select count(*)::int as sagas from sagas');
      expect(taken?.sagas).toBe(answers.bought.length);
      const [kept] = await queryShop<{ units: number }>(
        again,
        'cart',
        `select coalesce(sum((document->'lines'->0->>'quantity')::int), 0)::int as units from carts`,
      );
      const sold = 100_000 - (await stockOf(again.url, sku)).onHand;
      expect((kept?.units ?? 0) + sold).toBe(answers.added.length);
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
