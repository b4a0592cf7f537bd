import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentedMetrics, type Metric, readMetrics } from '../support/metrics.ts';
import { removeFolder, temporaryFolder } from '../support/shop.ts';
import { type StackShop, startStackShop } from '../support/stack-shop.ts';

let shop: StackShop;
beforeAll(async () => {
  shop = await startStackShop({ dataDir: temporaryFolder() });
}, 120_000);
afterAll(async () => {
  await shop?.stack.destroy();
  if (shop) removeFolder(shop.dataDir);
}, 60_000);

/** What all processes of the shop serve, each metric once; labels show only where something was counted already. */
const served = async (): Promise<Map<string, string>> => {
  const metrics: Metric[] = [];
  for (const [service, places] of Object.entries(shop.stack.plan.services)) {
    for (const { metricsPort } of places) {
      const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
      const read = readMetrics(await response.text());
      expect(read.series.filter(({ labels }) => labels.service !== service)).toEqual([]);
      metrics.push(...read.metrics);
    }
  }
  const own = metrics.filter(({ name }) => /^(shop|http)_/.test(name));
  return new Map(own.map(({ name, type }) => [name, type]));
};

describe('What the processes of the distributed form say on /metrics', () => {
  it('When it is compared with docs/metrics.md, then each documented metric is served, and none besides', async () => {
    const documented = documentedMetrics({ form: 'distributed' }).map(({ name, type }) => [name, type] as const);
    expect(Object.fromEntries(await served())).toEqual(Object.fromEntries(documented));
    expect(documented.length).toBeGreaterThan(15);
  });
});
