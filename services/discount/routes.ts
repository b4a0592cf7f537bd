import type { DiscountCommands, Quote, VoucherQueries } from '@shop/contracts/commands.ts';
import { money } from '@shop/contracts/money.ts';
import { isRefusal, Problem } from '@shop/contracts/problems.ts';
import { decodeCursor, isMoment, page } from '@shop/platform/http/pages.ts';
import { answer, created, del, get, patch, post, type Route } from '@shop/platform/http/route.ts';
import { joi, listQuery } from '@shop/platform/http/schemas.ts';
import {
  applied,
  applyCommand,
  code,
  exhaustedQuery,
  exhaustedReply,
  newVoucher,
  previewRequest,
  quote,
  quoteCommand,
  quoteView,
  redemptionList,
  voucher,
  voucherChange,
  voucherList,
} from './schemas.ts';
import type { Discount } from './service.ts';
import type { RedemptionPosition } from './store.ts';

const byCode = joi.object<{ code: string }>({ code: code.required() });

/** What administrators do with vouchers. */
export const discountRoutes = (discount: Discount): Route[] => [
  ...listRoutes(discount),
  ...voucherRoutes(discount),
  post(
    '/vouchers/preview',
    {
      summary: 'Price a draft voucher on a sample cart, as it would be while it runs, for a customer it is meant for',
      access: 'admin',
      body: previewRequest,
      answers: { 200: quoteView, 400: 'CURRENCY_UNSUPPORTED', 404: 'SKU_UNKNOWN' },
    },
    async ({ body }) => {
      const outcome = await discount.preview(body.voucher, body.lines);
      return isRefusal(outcome) ? outcome : viewOf(outcome);
    },
  ),
];

const listRoutes = ({ vouchers }: Discount): Route[] => [
  get(
    '/vouchers',
    { summary: 'List vouchers by code', access: 'admin', query: listQuery(), answers: { 200: voucherList } },
    async ({ query: { limit, cursor } }) => {
      const [after] = decodeCursor('vouchers', {}, cursor) ?? [];
      if (after !== undefined && typeof after !== 'string') throw new Problem('INVALID_CURSOR');
      return page(await vouchers.list(after, limit + 1), limit, (one) => [one.code], 'vouchers', {});
    },
  ),
  get(
    '/vouchers/:code/redemptions',
    {
      summary: "List a voucher's redemptions, newest first; those given back carry releasedAt",
      access: 'admin',
      params: byCode,
      query: listQuery(),
      answers: { 200: redemptionList, 404: 'VOUCHER_NOT_FOUND' },
    },
    async ({ params, query: { limit, cursor } }) => {
      const after = redemptionPosition(decodeCursor('redemptions', params, cursor));
      const found = await vouchers.redemptions(params.code, after, limit + 1);
      if (isRefusal(found)) return found;
      return page(found, limit, ({ redeemedAt, id }) => [redeemedAt, id], 'redemptions', params);
    },
  ),
];

const voucherRoutes = ({ vouchers }: Discount): Route[] => [
  post(
    '/vouchers',
    {
      summary: 'Make a voucher',
      access: 'admin',
      body: newVoucher,
      versioned: true,
      answers: { 201: voucher, 400: 'CURRENCY_UNSUPPORTED', 409: 'VOUCHER_EXISTS' },
    },
    async ({ body }) => {
      const outcome = await vouchers.create(body);
      return isRefusal(outcome) ? outcome : created(`/vouchers/${outcome.code}`, outcome);
    },
  ),
  get(
    '/vouchers/:code',
    {
      summary: 'A voucher',
      access: 'admin',
      params: byCode,
      versioned: true,
      answers: { 200: voucher, 404: 'VOUCHER_NOT_FOUND' },
    },
    ({ params }) => vouchers.find(params.code),
  ),
  patch(
    '/vouchers/:code',
    {
      summary: 'Change a voucher; null takes a condition away, a new type needs a value that fits it',
      access: 'admin',
      params: byCode,
      body: voucherChange,
      versioned: true,
      answers: {
        200: voucher,
        400: 'CURRENCY_UNSUPPORTED',
        404: 'VOUCHER_NOT_FOUND',
        409: 'LIMIT_BELOW_USED',
        412: 'VERSION_CONFLICT',
      },
    },
    ({ params, body, ifMatch }) => vouchers.change(params.code, body, ifMatch),
  ),
  del(
    '/vouchers/:code',
    {
      summary: 'Stop a voucher; its redemptions stay',
      access: 'admin',
      params: byCode,
      versioned: true,
      answers: { 204: null, 404: 'VOUCHER_NOT_FOUND', 412: 'VERSION_CONFLICT' },
    },
    async ({ params, ifMatch }) => (await vouchers.stop(params.code, ifMatch)) ?? answer(204),
  ),
];

/** The commands and queries of discount, for other services. */
export const discountInternalRoutes = (discount: DiscountCommands & VoucherQueries): Route[] => [
  post(
    '/internal/discount/exhausted',
    {
      summary: 'Which vouchers have all their uses taken now',
      access: 'service',
      body: exhaustedQuery,
      answers: { 200: exhaustedReply },
    },
    ({ body }) => discount.exhaustedOf(body),
  ),
  post(
    '/internal/discount/quote',
    {
      summary: 'The price as it would be now',
      access: 'service',
      body: quoteCommand,
      answers: { 200: quote },
    },
    ({ body }) => discount.quote(body),
  ),
  post(
    '/internal/discount/apply',
    {
      summary: "Price a checkout's cart and redeem its vouchers",
      access: 'service',
      body: applyCommand,
      answers: {
        200: applied,
        409: ['VOUCHER_REJECTED', 'SAGA_UNDONE'],
        503: 'CHECKOUT_TIMED_OUT',
      },
    },
    ({ body }) => discount.apply(body),
  ),
];

const uuidText = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws Problem INVALID_CURSOR for a position that no page of redemptions ends with. */
const redemptionPosition = (position: unknown[] | undefined): RedemptionPosition | undefined => {
  if (!position) return undefined;
  const [redeemedAt, id] = position;
  if (!isMoment(redeemedAt) || typeof id !== 'string' || !uuidText.test(id)) throw new Problem('INVALID_CURSOR');
  return { redeemedAt, id };
};

const viewOf = (priced: Quote) => {
  const shown = (amount: number) => money(amount, priced.currency);
  return {
    lines: priced.lines.map(({ sku, quantity, unitPrice, discount, total }) => ({
      sku,
      quantity,
      unitPrice: shown(unitPrice),
      discount: shown(discount),
      total: shown(total),
    })),
    subtotal: shown(priced.subtotal),
    discounts: priced.discounts.map(({ code: of, amount }) => ({ code: of, amount: shown(amount) })),
    rejected: priced.rejected,
    discountTotal: shown(priced.discountTotal),
    total: shown(priced.total),
  };
};
