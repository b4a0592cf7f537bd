import { cartStoreConformance } from './store.conformance.ts';
import { cartStoreInMemory, cartStoreOnPostgres } from './testing/world.ts';

cartStoreConformance('PostgreSQL', () => cartStoreOnPostgres());
cartStoreConformance('memory', () => cartStoreInMemory());
