import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, type Client, eventually, guest, product } from '../support/client.ts';
import { settled } from '../support/everything.ts';
import { removeFolder, temporaryFolder } from '../support/shop.ts';
import { type StackShop, startStackShop } from '../support/stack-shop.ts';

/** What somebody does at a terminal to a stack that runs: the demo, dead letters, the books. */
let shop: StackShop;
let seller: Client;
/** Where the demo puts its own shops; readable to the account that PostgreSQL runs under. */
const folder = temporaryFolder();

beforeAll(async () => {
  chmodSync(folder, 0o755);
  shop = await startStackShop({ dataDir: temporaryFolder() });
  seller = await admin(shop.url);
}, 180_000);

afterAll(async () => {
  await shop?.stop();
  for (const one of [shop?.dataDir, folder]) if (one) removeFolder(one);
}, 60_000);

const run = async (program: string, args: string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, failed, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { said, failed, code };
};

const reconcile = () => run('apps/reconcile/main.ts', ['--stack'], { STACK_DIR: shop.dataDir });
const agreed = { said: 'Stock, vouchers, orders, carts and events agree.\n', failed: '', code: 0 };

describe('npm run demo beside a stack', () => {
  it('When a stack answers on the port, then all of the story is told there, and another shop is killed', async () => {
    const { port } = new URL(shop.url);
    const { said, failed, code } = await run('apps/demo/main.ts', [], { PORT: port });
    expect([failed, code]).toEqual(['', 0]);
    for (const line of [
      `at the shop at http://localhost:${port}.`,
      /✓ order \d+ is confirmed at \$59\.11, as quoted/,
      /✓ in stock: Enamel mug 10 → 8, Night lamp 3 → 2/,
      /^ +\d+ ms {2}reserveInventory +refused/m,
      /^ +\d+ ms {2}undo applyVouchers +done/m,
      /✓ the stock is what it was: 1 there, 0 reserved/,
      /✓ one order, one refusal/,
      /That shop is not the demo's to kill/,
      /✓ 10 carts: \d orders?, \d+ clean refusals/,
    ])
      expect(said).toMatch(line);
    expect(readdirSync(folder)).toEqual([]);
    await settled(seller);
    expect(await reconcile()).toEqual(agreed);
  }, 240_000);
});

describe('npm run reconcile -- --stack', () => {
  it('When a row is changed by hand, then it names the difference, until it is put right', async () => {
    const { sku } = await product(seller, { stock: 5 });
    const kim = await guest(shop.url);
    await kim.add(sku, 2);
    expect((await kim.checkout()).status).toBe(201);
    await settled(seller);
    const shift = (units: number) =>
      shop.query('inventory', `update stock set on_hand = on_hand + ${units} where sku = '${sku}'`);
    await shift(1);
    const { said, code } = await reconcile();
    expect([said, code]).toEqual([
      `${sku}: on hand 4, reserved 0, but its ledger sums to 3 and 0\n1 thing differs.\n`,
      1,
    ]);
    await shift(-1);
    expect(await reconcile()).toEqual(agreed);
  }, 120_000);

  it('When no stack runs there, then one sentence says so', async () => {
    const { said, failed, code } = await run('apps/reconcile/main.ts', ['--stack'], { STACK_DIR: folder });
    expect([said, code]).toEqual(['', 1]);
    expect(failed).toMatch(/^\S.*\.\n$/);
  });
});

describe('npm run dlq beside a stack', () => {
  const dlq = (...words: string[]) => run('apps/embedded/dlq.main.ts', words, { SHOP_URL: shop.url });

  it('When events were set aside, then it lists, shows and replays them', async () => {
    expect(await dlq()).toEqual({ said: 'No dead letters.\n', failed: '', code: 0 });
    const { product: made } = await product(seller);
    await shop.say({ type: 'product.updated', key: made.id, data: { id: made.id, version: 'broken' } });
    // Inventory, cart and discount keep copies of the catalogue; replicas of the catalogue empty what they share.
    const { said } = await eventually(dlq, ({ said: lines }) => lines.trim().split('\n').length === 4, 30_000);
    const [id = ''] = /^[0-9a-f-]{36}/.exec(said) ?? [];
    expect(JSON.parse((await dlq('show', id)).said)).toMatchObject({ id, event: { type: 'product.updated' } });
    expect(await dlq('replay', id)).toMatchObject({ said: expect.stringContaining(`${id} was sent again`), code: 0 });
    // It fails again, and comes back to the list.
    await eventually(dlq, ({ said: lines }) => new RegExp(`^${id} .* buried 2×`, 'm').test(lines), 30_000);
  }, 120_000);
});
