import type { ApplyReply, DiscountCommands } from '@shop/contracts/commands.ts';
import { isRefusal, refuse } from '@shop/contracts/problems.ts';
import { serve, testServiceToken } from '@shop/platform/testing/http.ts';
import { afterAll } from 'vitest';
import { discountCommandsConformance } from './commands.conformance.ts';
import { discountInternalRoutes } from './routes.ts';
import { startDiscount } from './testing.ts';

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

discountCommandsConformance('in the process', async () => {
  const started = await startDiscount();
  return { commands: started.discount, ...started };
});

discountCommandsConformance('over its internal routes', async () => {
  const started = await startDiscount();
  const server = await serve(discountInternalRoutes(started.discount), { clock: started.clock });
  stops.push(() => server.close());
  const call = async (command: string, body: unknown) =>
    (await server.request('POST', `/internal/discount/${command}`, { token: testServiceToken, body })).body;
  const commands: DiscountCommands = {
    quote: (request) => call('quote', request),
    async apply(command) {
      const { code, errors, ...reply } = await call('apply', command);
      const answered = code === undefined ? reply : refuse(code, { errors });
      if (!answered.ok && !isRefusal(answered)) throw new Error(`answered ${JSON.stringify(answered)}`);
      return answered as ApplyReply;
    },
  };
  return { commands, ...started };
});
