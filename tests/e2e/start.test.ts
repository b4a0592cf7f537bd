import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { call, guest } from '../support/client.ts';
import { runShop } from '../support/embedded-shop.ts';
import { removeFolder, startShop, temporaryFolder } from '../support/shop.ts';

const dataDir = temporaryFolder();
afterAll(() => removeFolder(dataDir));

/** One sentence, no stack, exit code 1. */
const refused = async (env: Record<string, string>, sentence: RegExp) => {
  const { code, output } = await runShop({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env });
  expect(output).toMatch(sentence);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
};

describe('Starting the shop', () => {
  it.each([
    [{ PORT: 'abc' }, /PORT must be a number/],
    [{ PORT: '70000' }, /PORT must be less than or equal to 65535/],
    [{ SEED: 'maybe' }, /SEED must be one of/],
    [{ STORE_CURRENCY: 'dollars' }, /STORE_CURRENCY/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of/],
    [{ ADMIN_EMAIL: 'boss@example.com' }, /ADMIN_EMAIL and ADMIN_PASSWORD belong together/],
    [{ ADMIN_EMAIL: 'boss@example.com', ADMIN_PASSWORD: 'short' }, /ADMIN_PASSWORD/],
    [{ NODE_ENV: 'production' }, /default admin is refused/],
    [{ AUTH_ISSUER: 'https://issuer.example.com' }, /AUTH_ISSUER and AUTH_JWKS_URL belong together/],
    [{ HOST: '203.0.113.9' }, /is no address of this machine/],
  ])('When a variable is wrong (%j), then one sentence says which and the start ends', (env, sentence) =>
    refused(env as Record<string, string>, sentence as RegExp),
  );

  it('When the port is taken, then one sentence says so', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    await refused({ PORT: String(port) }, /^Port \d+ is taken/);
    server.close();
  });

  it('When the data folder can not be made, then one sentence names it, also below /proc', async () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    await refused({ DATA_DIR: file }, /The data folder .*a-file can't be written/);
    await refused({ DATA_DIR: '/proc/no-shop' }, /The data folder \/proc\/no-shop can't be written/);
  });

  it('When the shop sells in yen, which have no decimals, then its sample catalogue and vouchers are in yen', async () => {
    const folder = temporaryFolder();
    const shop = await startShop({ dataDir: folder, env: { SEED: 'on', STORE_CURRENCY: 'JPY' } });
    const kim = await guest(shop.url);
    await kim.add('TRAIL-MUG-FOR', 3);
    expect((await kim.put('/cart/vouchers/FIVEOFF')).status).toBe(200);
    expect((await kim.get('/cart/quote')).body).toMatchObject({
      subtotal: { amount: 4200, currency: 'JPY' },
      total: { amount: 3700, currency: 'JPY' },
      rejected: [],
    });
    expect(await shop.stop()).toBe(0);
    removeFolder(folder);
  }, 60_000);

  it('When a second shop starts on the folder, then it is refused and the first goes on', async () => {
    const shop = await startShop({ dataDir });
    await refused({}, /A shop is already running on the data folder/);
    expect((await call(shop.url, 'GET', '/health/ready')).status).toBe(200);
    expect(await shop.stop()).toBe(0);
  });

  it('When it is ended with Ctrl-C and started again, then the data are there and the sample is not loaded twice', async () => {
    const first = await startShop({ dataDir, env: { SEED: 'on' } });
    const kim = await guest(first.url);
    const sku = (await kim.get('/products?limit=1')).body.items[0].variants[0].sku;
    await kim.add(sku, 1);
    const before = (await kim.get('/products/facets')).body;
    const start = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - start).toBeLessThan(10_000);
    const second = await startShop({ dataDir, env: { SEED: 'on' } });
    expect((await call(second.url, 'GET', '/api/v1/cart', {}, kim.token)).body.items).toMatchObject([{ sku }]);
    expect((await call(second.url, 'GET', '/api/v1/products/facets')).body).toEqual(before);
    expect(await second.stop()).toBe(0);
  });
});
