import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollingRestart } from '../../deploy/local/restart.ts';
import { serviceNames } from '../../deploy/services.ts';
import { auditShop } from '../support/audit.ts';
import { admin, type Client, eventually, product } from '../support/client.ts';
import { removeFolder, temporaryFolder } from '../support/shop.ts';
import { type StackShop, startStackShop } from '../support/stack-shop.ts';
import { forgotten, type History, type Load, startLoad } from './load.ts';

/**
 * Two replicas of every service, under a load that goes on: each service is restarted as `npm run stack:restart` does
 * it, and nobody notices. Not one request is answered 503, broken off, refused a connection or sent again.
 */
let shop: StackShop;
let seller: Client;
let skus: string[];
let load: Load | undefined;

beforeAll(async () => {
  const replicas = Object.fromEntries(serviceNames.map((name) => [name, 2]));
  shop = await startStackShop({ dataDir: temporaryFolder(), replicas });
  seller = await admin(shop.url);
  skus = [];
  for (let n = 0; n < 2; n += 1) skus.push((await product(seller, { stock: 1_000_000 })).sku);
  const voucher = { code: 'LOAD', type: 'percentage', value: 1000, scope: { kind: 'order' } };
  expect((await seller.post('/vouchers', voucher)).status).toBe(201);
}, 180_000);

afterAll(async () => {
  await load?.stop();
  await shop?.stop();
  if (shop) removeFolder(shop.dataDir);
}, 60_000);

const completes = (more: number): Promise<number> => {
  const before = load?.completed() ?? 0;
  return eventually(
    async () => load?.completed() ?? 0,
    (completed) => completed >= before + more,
    60_000,
  );
};

/** What a load has seen meanwhile. */
const under = async (work: () => Promise<void>): Promise<History> => {
  load = startLoad({ url: shop.url, skus, voucher: 'LOAD', buyers: 3, watchers: 3, visitors: 2 });
  await completes(5);
  await work();
  await completes(5);
  const history = await load.stop();
  load = undefined;
  return history;
};

describe('A rolling restart under load', () => {
  it.each(serviceNames)(
    'When both replicas of %s are restarted one after the other, then no request fails',
    async (name) => {
      const pids = [1, 2].map((replica) => shop.stack.process(name, replica).pid);
      const reports: string[] = [];
      // Checkouts take their time, so that some are watched whenever a replica goes.
      if (name === 'order') await seller.put('/lab/faults', { step: 'applyVouchers', mode: 'slow', seconds: 300 });
      const history = await under(() => rollingRestart(shop.stack, name, { report: (line) => reports.push(line) }));
      expect(history.repeated).toEqual([]);
      expect(history.wrong).toEqual([]);
      expect(reports).toEqual([]);
      for (const pid of [1, 2].map((replica) => shop.stack.process(name, replica).pid)) expect(pids).not.toContain(pid);
      if (name === 'order') expect(history.resumed).toBeGreaterThan(0);
      expect(await forgotten(shop.url, history)).toEqual([]);
      expect(await auditShop(shop)).toEqual([]);
    },
    240_000,
  );
});
