import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { admin, call } from '../support/client.ts';
import { removeFolder, startShop, temporaryFolder } from '../support/shop.ts';

const root = join(import.meta.dirname, '../..');
/** Where the demo puts its shops; readable to the account that PostgreSQL runs under. */
const folder = temporaryFolder();
chmodSync(folder, 0o755);
afterAll(() => removeFolder(folder));

const demo = async (env: Record<string, string>, ...args: string[]) => {
  const child = spawn(process.execPath, ['apps/demo/main.ts', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [told, failed, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { told, failed, code };
};

/** A port that nobody listens on. */
const quietPort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return String(port);
};

const killedAndWell = [
  /^ +10 +\S.*(order \d+|refused: [A-Z_]+) +\d+ ms$/m,
  /✓ 10 carts: \d orders?, \d+ clean refusals/,
  /✓ nobody has two orders/,
  /✓ the stock adds up: 8 lamps − (\d) sold = \d, reserved 0/,
];

describe('npm run demo', () => {
  it('When no shop answers, then it starts one, tells all of its story there, and leaves nothing behind', async () => {
    const { told, failed, code } = await demo({ PORT: await quietPort() });
    expect([failed, code]).toEqual(['', 0]);
    for (const line of [
      /^Nothing answers at http:\/\/localhost:\d+: the demo starts a shop of its own/,
      /^1 {2}A sale$/m,
      /to pay +\$59\.11/,
      /^ +\d+ ms {2}completeCart +done +\d+ ms$/m,
      /✓ order \d+ is confirmed at \$59\.11, as quoted/,
      /✓ in stock: Enamel mug 10 → 8, Night lamp 3 → 2/,
      /^2 {2}A refusal and its rollback$/m,
      /^ +\d+ ms {2}reserveInventory +refused/m,
      /^ +\d+ ms {2}undo applyVouchers +done/m,
      /✓ the vouchers are usable again/,
      /✓ the cart is unlocked/,
      /✓ the stock is what it was: 1 there, 0 reserved/,
      /^3 {2}The last unit$/m,
      /✓ one order, one refusal/,
      /^4 {2}kill -9 in the middle$/m,
      ...killedAndWell,
    ])
      expect(told).toMatch(line);
    expect(told.includes('\u001b')).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  }, 180_000);

  it('When a shop is named, then the story is told there, but another one is killed', async () => {
    const shop = await startShop();
    try {
      const env = { SHOP_URL: shop.url };
      const sale = await demo(env, '--chapter', '1');
      expect([sale.failed, sale.code]).toEqual(['', 0]);
      expect(sale.told).toMatch(/✓ order \d+ is confirmed at \$59\.11, as quoted/);
      const seller = await admin(shop.url);
      expect((await seller.get('/orders')).body.items).toHaveLength(1);
      expect((await call(shop.url, 'GET', '/api/v1/products')).body.items).toEqual([]);

      const killed = await demo(env, '--chapter', '4');
      expect([killed.failed, killed.code]).toEqual(['', 0]);
      for (const line of [/That shop is not the demo's to kill/, ...killedAndWell]) expect(killed.told).toMatch(line);
      expect((await seller.get('/orders')).body.items).toHaveLength(1);
      expect(readdirSync(folder)).toEqual([]);

      const wrong = await demo({ ...env, ADMIN_PASSWORD: 'not the password' });
      expect(wrong).toEqual({
        told: '',
        failed: `The shop at ${shop.url} refuses admin@example.com with this password; set ADMIN_EMAIL and ADMIN_PASSWORD to its admin.\n`,
        code: 1,
      });
    } finally {
      await shop.stop();
      removeFolder(shop.dataDir);
    }
  }, 180_000);

  it('When no shop is where SHOP_URL says, or the chapter does not exist, then one sentence says so', async () => {
    const [nowhere, nothing] = await Promise.all([
      demo({ SHOP_URL: `http://127.0.0.1:${await quietPort()}` }),
      demo({}, '--chapter', '5'),
    ]);
    expect(nowhere.failed).toMatch(/^The shop at \S+ can not be reached; start one with npm start, or .*\.\n$/);
    expect([nowhere.told, nowhere.code]).toEqual(['', 1]);
    expect(nothing.failed).toMatch(/^there is no chapter 5\nusage: npm run demo/);
    expect(nothing.code).toBe(1);
  });

  it('When Ctrl-C comes while its shop runs, then both end and nothing is left behind', async () => {
    const child = spawn(process.execPath, ['apps/demo/main.ts', '--chapter', '4'], {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder, PORT: await quietPort() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => line.startsWith('It is open') && resolve());
    });
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(readdirSync(folder)).toEqual([]);
  }, 180_000);
});
