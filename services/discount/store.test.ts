import { discountStoreConformance } from './store.conformance.ts';
import { startDiscount, startDiscountInMemory } from './testing.ts';

discountStoreConformance('PostgreSQL', () => startDiscount());
discountStoreConformance('memory', () => startDiscountInMemory());
