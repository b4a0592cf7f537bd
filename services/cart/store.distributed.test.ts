import { cartStoreConformance } from './store.conformance.ts';
import { cartStoreOnMongo } from './testing/world.ts';

cartStoreConformance('MongoDB', cartStoreOnMongo);
