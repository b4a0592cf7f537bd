import { httpCartCommands } from '@shop/clients/cart.ts';
import { comparedReplies, type InternalServer, serveInternal } from '@shop/platform/testing/internal.ts';
import { afterAll } from 'vitest';
import { cartCommandsConformance } from './commands.conformance.ts';
import { cartInternalRoutes } from './routes.ts';
import { cartStoreInMemory, cartWorld } from './testing/world.ts';

const servers: InternalServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

cartCommandsConformance('called in the process', cartWorld);

cartCommandsConformance('called in the process, in memory', () => cartWorld(undefined, cartStoreInMemory));

cartCommandsConformance('called over HTTP', async () => {
  const world = await cartWorld();
  const compared = comparedReplies();
  const server = await serveInternal(cartInternalRoutes(compared.served(world.service)), world.clock);
  servers.push(server);
  return { ...world, commands: compared.called(httpCartCommands(server.caller)) };
});
