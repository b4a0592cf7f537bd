import { isRefusal } from '@shop/contracts/problems.ts';
import { inventoryCommandsConformance } from './commands.conformance.ts';
import { openShop } from './testing/shop.ts';
import { stockView } from './view.ts';

inventoryCommandsConformance('in the process, on PostgreSQL', async () => {
  const { inventory, deliver, catalogue, clock } = await openShop();
  return {
    commands: inventory,
    async stock(sku) {
      const stock = await inventory.stockOf(sku);
      return isRefusal(stock) ? undefined : stockView(stock);
    },
    deliver,
    publish: (product) => catalogue.push(product),
    now: () => clock.now(),
    audit: () => inventory.audit(),
  };
});
