import { httpInventoryCommands } from '@shop/clients/inventory.ts';
import type { InventoryCommands } from '@shop/contracts/commands.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import { comparedReplies, type InternalServer, serveInternal } from '@shop/platform/testing/internal.ts';
import { afterAll } from 'vitest';
import { type InventoryUnderTest, inventoryCommandsConformance } from './commands.conformance.ts';
import { inventoryInternalRoutes } from './routes.ts';
import { openShop, openShopInMemory, type Shop } from './testing/shop.ts';
import { stockView } from './view.ts';

const servers: InternalServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

const underTest = <T>(shop: Shop<T>, commands: InventoryCommands): InventoryUnderTest => ({
  commands,
  async stock(sku) {
    const stock = await shop.inventory.stockOf(sku);
    return isRefusal(stock) ? undefined : stockView(stock);
  },
  deliver: shop.deliver,
  publish: (product) => shop.catalogue.push(product),
  now: () => shop.clock.now(),
  audit: () => shop.inventory.audit(),
});

inventoryCommandsConformance('in the process, on PostgreSQL', async () => {
  const shop = await openShop();
  return underTest(shop, shop.inventory);
});

inventoryCommandsConformance('in the process, in memory', async () => {
  const shop = await openShopInMemory();
  return underTest(shop, shop.inventory);
});

inventoryCommandsConformance('over HTTP', async () => {
  const shop = await openShop();
  const compared = comparedReplies();
  const server = await serveInternal(inventoryInternalRoutes(compared.served(shop.inventory)), shop.clock);
  servers.push(server);
  return underTest(shop, compared.called(httpInventoryCommands(server.caller)));
});
