import { cartCommandsConformance } from './commands.conformance.ts';
import { cartWorld } from './testing/world.ts';

cartCommandsConformance('called in the process', cartWorld);
