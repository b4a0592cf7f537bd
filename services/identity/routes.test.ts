import { serve } from '@shop/platform/testing/http.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { describe, expect, it } from 'vitest';
import { identityRoutes } from './routes.ts';
import { arrange, migrations } from './testing/arrange.ts';

describe('the routes', async () => {
  const { identity, server: unlimited } = await arrange(await testDatabase(migrations));
  await unlimited.close();

  it('When an address asks too often, then sign-ins are limited to 20 a minute and guests to 60', async () => {
    const server = await serve(identityRoutes(identity), { limits: true });
    const statuses = async (times: number, path: string, body?: object) => {
      const seen: number[] = [];
      for (let n = 0; n < times; n += 1) seen.push((await server.request('POST', path, { body })).status);
      return seen;
    };
    expect(await statuses(21, '/auth/logout', { refreshToken: 'made-up' })).toEqual([...Array(20).fill(204), 429]);
    expect(await statuses(1, '/auth/refresh', { refreshToken: 'made-up' })).toEqual([429]);
    expect(await statuses(61, '/auth/guest')).toEqual([...Array(60).fill(201), 429]);
    expect((await server.request('GET', '/.well-known/jwks.json')).status).toBe(200);
    await server.close();
  });
});
