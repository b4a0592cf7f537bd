import { inventoryStoreConformance } from './store.conformance.ts';
import { openShop, openShopInMemory } from './testing/shop.ts';

inventoryStoreConformance('PostgreSQL', () => openShop());
inventoryStoreConformance('memory', () => openShopInMemory());
