import { expect, it } from 'vitest';
import { serve, testServiceToken } from '../testing/http.ts';
import { systemIds } from '../time/system.ts';
import { outboxRoutes } from './outbox-routes.ts';

it('When another service asks for the depth of the outbox, then it is told; nobody else is', async () => {
  const server = await serve(outboxRoutes({ service: 'cart', depth: async () => 7 }));
  const ask = (token?: string) => server.request('GET', '/internal/outbox', { token });
  expect(await ask(testServiceToken)).toMatchObject({ status: 200, body: { service: 'cart', depth: 7 } });
  expect((await ask()).status).toBe(401);
  const admin = await server.tokens.as({ id: systemIds.uuid(), role: 'admin' });
  expect((await ask(admin)).status).toBe(401);
  await server.close();
});
