import { createHash } from 'node:crypto';
import type { InventoryCommands, StockQueries } from '@shop/contracts/commands.ts';
import { isRefusal, Problem, refuse } from '@shop/contracts/problems.ts';
import { decodeCursor, type Page, page } from '@shop/platform/http/pages.ts';
import { answer, get, post, type Route, type User } from '@shop/platform/http/route.ts';
import type { Stock } from './domain.ts';
import {
  type AdjustmentBody,
  adjustmentBody,
  availableQuery,
  availableReply,
  movementList,
  movementsQuery,
  reserveBody,
  reserved,
  skuParams,
  skusOf,
  stockList,
  stockQuery,
  stockSchema,
} from './schemas.ts';
import type { Inventory } from './service.ts';
import type { RequestKey } from './store.ts';
import { movementView, stockView } from './view.ts';

type PublicInventory = Pick<Inventory<never>, 'stockOf' | 'stockOfAll' | 'stockByPrefix' | 'movementsOf' | 'adjust'>;

/** Stock levels for all, their ledger and corrections for admins. */
export const inventoryRoutes = (inventory: PublicInventory): Route[] => [
  stockListRoute(inventory),
  get(
    '/inventory/:sku',
    {
      summary: 'The stock of one SKU',
      access: 'anyone',
      params: skuParams,
      answers: { 200: stockSchema, 400: 'VALIDATION_FAILED', 404: 'SKU_UNKNOWN' },
    },
    async ({ params }) => {
      const stock = await inventory.stockOf(params.sku);
      return isRefusal(stock) ? stock : stockView(stock);
    },
  ),
  adjustmentRoute(inventory),
  movementsRoute(inventory),
];

const stockListRoute = (inventory: PublicInventory): Route =>
  get(
    '/inventory',
    {
      summary: 'The stock of the SKUs in `skus`, sorted; admins may list all, or those that begin with `search`',
      access: 'anyone',
      query: stockQuery,
      answers: {
        200: stockList,
        400: ['VALIDATION_FAILED', 'INVALID_CURSOR'],
        401: 'UNAUTHENTICATED',
        403: 'FORBIDDEN',
      },
    },
    async ({ query: { skus, search, limit, cursor }, user }) => {
      if (skus !== undefined) {
        const items = await inventory.stockOfAll(skusOf(skus));
        return { items: items.map(stockView), nextCursor: null };
      }
      const refusal = whyNotListed(user, search);
      return refusal ?? stockPage(inventory, search, limit, cursor);
    },
  );

/** Who is not an admin names the SKUs to be told about. */
const whyNotListed = (user: User | undefined, search: string | undefined) => {
  if (user?.role === 'admin') return undefined;
  if (search !== undefined) return refuse(user ? 'FORBIDDEN' : 'UNAUTHENTICATED');
  return refuse('VALIDATION_FAILED', {
    detail: 'In query: skus is required.',
    errors: [{ in: 'query', path: 'skus', message: 'skus is required' }],
  });
};

const stockPage = async (
  inventory: PublicInventory,
  search: string | undefined,
  limit: number,
  cursor: string | undefined,
): Promise<Page<ReturnType<typeof stockView>>> => {
  const filters = { search };
  const after = positionIn(decodeCursor('inventory', filters, cursor), isText);
  const rows = await inventory.stockByPrefix(search ?? '', after, limit + 1);
  const shown = page<Stock>(rows, limit, ({ sku }) => [sku], 'inventory', filters);
  return { ...shown, items: shown.items.map(stockView) };
};

const adjustmentRoute = (inventory: PublicInventory): Route =>
  post(
    '/inventory/:sku/adjustments',
    {
      summary: 'Change what is on hand; never below what is reserved',
      access: 'admin',
      params: skuParams,
      body: adjustmentBody,
      idempotencyKey: 'optional',
      answers: {
        201: stockSchema,
        400: 'VALIDATION_FAILED',
        404: 'SKU_UNKNOWN',
        409: 'INSUFFICIENT_STOCK',
        422: 'IDEMPOTENCY_KEY_REUSED',
      },
    },
    async ({ params: { sku }, body, user, idempotencyKey }) => {
      const key = idempotencyKey === undefined ? undefined : requestKey(user, idempotencyKey, sku, body);
      const stock = await inventory.adjust({ sku, ...body, by: user.id }, key);
      return isRefusal(stock) ? stock : answer(201, stockView(stock));
    },
  );

const requestKey = (user: User, key: string, sku: string, { delta, reason, note }: AdjustmentBody): RequestKey => ({
  userId: user.id,
  key,
  requestHash: createHash('sha256')
    .update(JSON.stringify(['adjust', sku, delta, reason, note ?? null]))
    .digest('base64url'),
});

const movementsRoute = (inventory: PublicInventory): Route =>
  get(
    '/inventory/:sku/movements',
    {
      summary: 'The ledger of one SKU, newest first',
      access: 'admin',
      params: skuParams,
      query: movementsQuery,
      answers: { 200: movementList, 400: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 404: 'SKU_UNKNOWN' },
    },
    async ({ params: { sku }, query: { limit, cursor } }) => {
      const before = positionIn(decodeCursor('movements', { sku }, cursor), isId);
      const rows = await inventory.movementsOf(sku, before, limit + 1);
      if (isRefusal(rows)) return rows;
      const shown = page(rows, limit, ({ id }) => [id], 'movements', { sku });
      return { ...shown, items: shown.items.map(movementView) };
    },
  );

/** A cursor is not signed, so what it holds is checked before it meets the database. */
const positionIn = <T>(position: unknown[] | undefined, is: (value: unknown) => value is T): T | undefined => {
  if (!position) return undefined;
  const [value] = position;
  if (!is(value)) throw new Problem('INVALID_CURSOR');
  return value;
};

const isText = (value: unknown): value is string => typeof value === 'string';
const isId = (value: unknown): value is number => Number.isSafeInteger(value);

/** What other services ask of inventory. */
export const inventoryInternalRoutes = (inventory: InventoryCommands & StockQueries): Route[] => [
  post(
    '/internal/inventory/available',
    { summary: 'How many can be had now', access: 'service', body: availableQuery, answers: { 200: availableReply } },
    ({ body }) => inventory.availableOf(body),
  ),
  post(
    '/internal/inventory/reserve',
    {
      summary: 'Step 3 of a checkout: hold all lines or none',
      access: 'service',
      body: reserveBody,
      answers: { 200: reserved, 409: ['OUT_OF_STOCK', 'SAGA_UNDONE'], 503: 'CHECKOUT_TIMED_OUT' },
    },
    ({ body }) => inventory.reserve(body),
  ),
];
