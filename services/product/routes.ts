import type { CatalogueQueries } from '@shop/contracts/commands.ts';
import { isRefusal } from '@shop/contracts/problems.ts';
import { answer, created, del, get, patch, post, type Route, stream, type User } from '@shop/platform/http/route.ts';
import { maxCsvBytes } from './import/sheet.ts';
import {
  catalogueProducts,
  createProductBody,
  csvBody,
  facetsSchema,
  idsBody,
  importResult,
  patchProductBody,
  productList,
  productParams,
  productSchema,
  productsQuery,
  skusBody,
} from './schemas.ts';
import type { ProductService } from './service.ts';
import { productView } from './view.ts';

const isAdmin = (user: User | undefined): boolean => user?.role === 'admin';

/** The catalogue as the public and its admins see it. */
export const productRoutes = (products: ProductService): Route[] => [
  get(
    '/products',
    {
      summary: 'List and search products; the public sees active ones',
      access: 'anyone',
      query: productsQuery,
      answers: { 200: productList, 400: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 403: 'FORBIDDEN' },
    },
    async ({ query, user }) => {
      const found = await products.list(query, isAdmin(user));
      return isRefusal(found) ? found : { ...found, items: found.items.map(productView) };
    },
  ),
  get(
    '/products/facets',
    {
      summary: 'Categories and brands of active products, with their numbers',
      access: 'anyone',
      answers: { 200: facetsSchema },
    },
    () => products.facets(),
  ),
  get(
    '/products/:id',
    {
      summary: 'One product',
      access: 'anyone',
      params: productParams,
      versioned: true,
      answers: { 200: productSchema, 400: 'VALIDATION_FAILED', 404: 'PRODUCT_NOT_FOUND' },
    },
    async ({ params, user }) => {
      const product = await products.find(params.id, isAdmin(user));
      return isRefusal(product) ? product : productView(product);
    },
  ),
  post(
    '/products',
    {
      summary: 'Add a product',
      access: 'admin',
      body: createProductBody,
      versioned: true,
      answers: {
        201: productSchema,
        400: ['VALIDATION_FAILED', 'CURRENCY_UNSUPPORTED'],
        409: ['SKU_TAKEN', 'HANDLE_TAKEN'],
      },
    },
    async ({ body }) => {
      const product = await products.create(body);
      return isRefusal(product) ? product : created(`/products/${product.id}`, productView(product));
    },
  ),
  importRoute(products),
  patch(
    '/products/:id',
    {
      summary: 'Change fields of a product; variants are replaced whole',
      access: 'admin',
      params: productParams,
      body: patchProductBody,
      versioned: true,
      answers: {
        200: productSchema,
        400: ['VALIDATION_FAILED', 'CURRENCY_UNSUPPORTED'],
        404: 'PRODUCT_NOT_FOUND',
        409: ['SKU_TAKEN', 'HANDLE_TAKEN'],
        412: 'VERSION_CONFLICT',
      },
    },
    async ({ params, body, ifMatch }) => {
      const product = await products.patch(params.id, body, ifMatch);
      return isRefusal(product) ? product : productView(product);
    },
  ),
  del(
    '/products/:id',
    {
      summary: 'Delete a product; its SKUs stay taken',
      access: 'admin',
      params: productParams,
      versioned: true,
      answers: { 204: null, 400: 'VALIDATION_FAILED', 404: 'PRODUCT_NOT_FOUND', 412: 'VERSION_CONFLICT' },
    },
    async ({ params, ifMatch }) => (await products.remove(params.id, ifMatch)) ?? answer(204),
  ),
];

const importRoute = (products: ProductService): Route =>
  post(
    '/products/import',
    {
      summary: 'Import products from a Shopify product export (CSV)',
      access: 'admin',
      body: csvBody,
      bodyType: 'text/csv',
      maxBodyBytes: maxCsvBytes,
      streams: 'application/x-ndjson',
      answers: { 200: importResult, 400: 'VALIDATION_FAILED', 413: 'BODY_TOO_LARGE' },
    },
    async ({ body, header, signal }) => {
      const started = await products.import.start(body, signal);
      if (isRefusal(started)) return started;
      if (header('accept')?.includes('application/x-ndjson')) return stream('application/x-ndjson', lines(started));
      for (let step = await started.next(); ; step = await started.next()) if (step.done) return step.value;
    },
  );

/** Progress, then the result: a line of JSON each. */
async function* lines(steps: AsyncGenerator<unknown, unknown>): AsyncGenerator<string> {
  for (let done = false; !done; ) {
    const step = await steps.next();
    done = step.done === true;
    yield `${JSON.stringify(step.value)}\n`;
  }
}

/** What other services ask of the catalogue. */
export const productInternalRoutes = (products: CatalogueQueries): Route[] => [
  post(
    '/internal/product/bySkus',
    {
      summary: 'The products that have these SKUs now',
      access: 'service',
      body: skusBody,
      answers: { 200: catalogueProducts },
    },
    async ({ body }) => ({ products: await products.bySkus(body.skus) }),
  ),
  post(
    '/internal/product/byIds',
    {
      summary: 'The products with these ids, deleted ones with status `deleted`',
      access: 'service',
      body: idsBody,
      answers: { 200: catalogueProducts },
    },
    async ({ body }) => ({ products: await products.byIds(body.ids) }),
  ),
];
