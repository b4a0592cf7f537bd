import { httpCatalogueQueries } from '@shop/clients/catalogue.ts';
import { type InternalServer, serveInternal } from '@shop/platform/testing/internal.ts';
import { afterAll } from 'vitest';
import { catalogueQueriesConformance } from './catalogue.conformance.ts';
import { productInternalRoutes } from './routes.ts';
import { openCatalogue } from './testing/served.ts';

const servers: InternalServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

catalogueQueriesConformance('in the process', async () => {
  const { service } = await openCatalogue();
  return { queries: service, products: service };
});

catalogueQueriesConformance('over HTTP', async () => {
  const { service } = await openCatalogue();
  const server = await serveInternal(productInternalRoutes(service));
  servers.push(server);
  return { queries: httpCatalogueQueries(server.caller), products: service };
});
