import type { ApplyReply, DiscountCommands, Quote, QuoteRequest, VoucherQueries } from '@shop/contracts/commands.ts';
import type { Caller } from '@shop/platform/http-client/caller.ts';
import { isObject, patience } from './common.ts';

const isQuote = (value: unknown): value is Quote => isObject(value) && Array.isArray(value.lines);
const isApplied = (value: unknown): value is { ok: true; quote: Quote } =>
  isObject(value) && value.ok === true && isQuote(value.quote);

const isExhausted = (value: unknown): value is { codes: string[] } => isObject(value) && Array.isArray(value.codes);

/** What pricing looks at, and nothing else of the lines. */
const requestOf = ({ userId, role, currency, lines, codes }: QuoteRequest) => ({
  userId,
  role,
  currency,
  lines: lines.map(({ sku, productId, quantity, unitPrice }) => ({ sku, productId, quantity, unitPrice })),
  codes,
});

/** The commands of discount, over HTTP. They throw CallFailed where the outcome is unknown. */
export const httpDiscountCommands = ({ call }: Pick<Caller, 'call'>): DiscountCommands & VoucherQueries => ({
  exhaustedOf: ({ codes }) =>
    call({ path: '/internal/discount/exhausted', body: { codes }, isReply: isExhausted, withinMs: patience.user }),

  quote: (request) =>
    call({
      path: '/internal/discount/quote',
      body: requestOf(request),
      isReply: isQuote,
      withinMs: patience.user,
    }),

  apply: ({ sagaId, orderId, notAfter, ...request }) =>
    call<ApplyReply>({
      path: '/internal/discount/apply',
      body: { sagaId, orderId, notAfter, ...requestOf(request) },
      refusals: ['VOUCHER_REJECTED', 'SAGA_UNDONE', 'CHECKOUT_TIMED_OUT'],
      isReply: isApplied,
      withinMs: patience.saga,
      notAfter,
    }),
});
