import { httpDiscountCommands } from '@shop/clients/discount.ts';
import { comparedReplies, type InternalServer, serveInternal } from '@shop/platform/testing/internal.ts';
import { afterAll, expect, it } from 'vitest';
import { discountCommandsConformance } from './commands.conformance.ts';
import { discountInternalRoutes } from './routes.ts';
import { checkoutOf, startDiscount, startDiscountInMemory } from './testing.ts';

const servers: InternalServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

discountCommandsConformance('in the process', async () => {
  const started = await startDiscount();
  return { commands: started.discount, ...started };
});

discountCommandsConformance('in the process, in memory', async () => {
  const started = await startDiscountInMemory();
  return { commands: started.discount, ...started };
});

discountCommandsConformance('over HTTP', async () => {
  const started = await startDiscount();
  const compared = comparedReplies();
  const server = await serveInternal(discountInternalRoutes(compared.served(started.discount)), started.clock);
  servers.push(server);
  return { commands: compared.called(httpDiscountCommands(server.caller)), ...started };
});

it('When its database is gone, then a caller learns that the outcome is unknown', async () => {
  const { discount, pg } = await startDiscount();
  // Each call has a caller of its own: one that met failures leaves its replica alone for a while.
  const caller = async () => {
    const server = await serveInternal(discountInternalRoutes(discount));
    servers.push(server);
    return httpDiscountCommands(server.caller);
  };
  await pg.close();
  const unknown = { refusal: { code: 'UNAVAILABLE' }, message: expect.stringContaining('answered 503 UNAVAILABLE') };
  await expect((await caller()).apply(checkoutOf(['ANY']))).rejects.toMatchObject(unknown);
  await expect((await caller()).quote(checkoutOf(['ANY']))).rejects.toMatchObject(unknown);
});
