import { cartCommandsConformance } from './commands.conformance.ts';
import { cartStoreOnMongo, cartWorld } from './testing/world.ts';

const world = await cartWorld((store) => store, cartStoreOnMongo);

cartCommandsConformance('on MongoDB', async () => world);
