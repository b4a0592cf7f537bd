import { cartStoreConformance } from './store.conformance.ts';
import { cartStoreOnPostgres } from './testing/world.ts';

cartStoreConformance('PostgreSQL', cartStoreOnPostgres);
