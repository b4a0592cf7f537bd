import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditShop, queryShop } from '../support/audit.ts';
import { guest, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

const reconcile = (dataDir: string) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['apps/reconcile/main.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, DATA_DIR: dataDir },
    encoding: 'utf8',
  });
  return { status, said: (stdout + stderr).trim().split('\n') };
};

describe('npm run reconcile', () => {
  it('When all agrees, then it says so; when something differs, then it names it and fails', async () => {
    const { sku } = await product(open.seller, { stock: 5 });
    const kim = await guest(open.shop.url);
    await kim.add(sku, 2);
    const { id } = (await kim.checkout()).body;
    expect(await auditShop(open.shop)).toEqual([]);
    expect(reconcile(open.shop.dataDir)).toEqual({
      status: 0,
      said: ['Stock, vouchers, orders, carts and events agree.'],
    });

    await queryShop(
      open.shop,
      'events',
      `update log_messages set event = jsonb_set(event, '{data,surprise}', '1') where event->>'type' = 'order.created'`,
    );
    await queryShop(open.shop, 'inventory', `update stock set on_hand = on_hand + 1 where sku = '${sku}'`);
    await queryShop(open.shop, 'inventory', `update reservations set state = 'released' where saga_id = '${id}'`);
    const { status, said } = reconcile(open.shop.dataDir);
    expect(status).toBe(1);
    expect(said.some((line) => line.includes(sku))).toBe(true);
    expect(said).toContain(`the stock of confirmed checkout ${id} is released`);
    expect(said.join('\n')).toMatch(/event .* \(order\.created\) is not as its schema says: .*surprise/);
    expect(said.at(-1)).toMatch(/things differ/);
  });

  it('When no shop runs there, then one sentence says so', () => {
    const { status, said } = reconcile('/nowhere/at/all');
    expect([status, said]).toEqual([
      1,
      ['No shop runs on /nowhere/at/all; start it, or say where it is with DATA_DIR.'],
    ]);
  });
});
