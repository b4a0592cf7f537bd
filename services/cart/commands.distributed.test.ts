import { cartCommandsConformance } from './commands.conformance.ts';
import { cartStoreOnMongo, cartWorld } from './testing/world.ts';

cartCommandsConformance('on MongoDB', () => cartWorld((store) => store, cartStoreOnMongo));
