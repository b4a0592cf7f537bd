import type { NewEvent } from '@shop/contracts/events.ts';
import type { Cache } from '@shop/platform/coordination/cache.ts';
import { memoryCache } from '@shop/platform/coordination/memory-cache.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { serve, type TestRequest, type TestResponse, testServiceToken } from '@shop/platform/testing/http.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { afterAll } from 'vitest';
import { productInternalRoutes, productRoutes } from '../routes.ts';
import { createProduct } from '../service.ts';
import { createPostgresProductStore } from '../store.postgres.ts';
import { unique } from './products.ts';

/** A real catalogue on a database of its own, whose searches look at `most` products for a page; `replica` makes another process's, with a cache of its own or a shared one. */
export const openCatalogue = async (currency = 'USD', most?: number) => {
  const pg = await testDatabase(new URL('../migrations', import.meta.url).pathname);
  const ports = { clock: systemClock, ids: systemIds };
  const outbox = createOutbox({ pg, service: 'product', ...ports });
  const store = createPostgresProductStore({ pg, outbox, most });
  const replica = (cache: Cache) => createProduct({ store, cache, ...ports, currency });
  return { pg, store, outbox, replica, service: replica(memoryCache(systemClock)) };
};

/** A real catalogue behind real HTTP. Call it at the top of a test file. */
export const serveProducts = async ({ currency = 'USD', most }: { currency?: string; most?: number } = {}) => {
  const { pg, store, service } = await openCatalogue(currency, most);
  const server = await serve([...productRoutes(service), ...productInternalRoutes(service)]);
  afterAll(() => server.close());
  const tokens = {
    admin: await server.tokens.as({ id: systemIds.uuid(), role: 'admin' }),
    customer: await server.tokens.as({ id: systemIds.uuid(), role: 'customer' }),
  };
  const as =
    (token: string | undefined) =>
    (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<TestResponse> =>
      server.request(method, path, { token, body, headers } satisfies TestRequest);
  const admin = as(tokens.admin);
  return {
    ...{ pg, store, service, url: server.url, tokens, admin, customer: as(tokens.customer), anyone: as(undefined) },
    internal: as(testServiceToken),
    importCsv: (csv: string, headers: Record<string, string> = {}) =>
      admin('POST', '/products/import', csv, { 'Content-Type': 'text/csv', ...headers }),
    /** Events of one product in the order in which they were committed. */
    eventsOf: (id: string) => eventsIn(pg, id),
  };
};

export const eventsIn = (pg: Postgres, key?: string): Promise<NewEvent[]> =>
  pg.query<NewEvent>({
    text: 'select type, key, data from outbox where $1::text is null or key = $1 order by id',
    values: [key ?? null],
  });

/** What an admin posts for a simple product. */
export const aBody = (fields: Record<string, unknown> = {}) => ({
  title: 'Trail mug',
  variants: [aVariantBody()],
  ...fields,
});

export const aVariantBody = (fields: Record<string, unknown> = {}) => ({
  sku: unique('sku'),
  price: { amount: 1400, currency: 'USD' },
  ...fields,
});
