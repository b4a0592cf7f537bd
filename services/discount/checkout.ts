import type {
  ApplyReply,
  CatalogueQueries,
  DiscountCommands,
  Quote,
  QuoteRequest,
  TimedSagaRef,
  VoucherQueries,
} from '@shop/contracts/commands.ts';
import { refuse } from '@shop/contracts/problems.ts';
import { voucherCodeOf } from '@shop/contracts/voucher-code.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { isExhausted } from './pricing/eligibility.ts';
import { priceCart } from './pricing/price-cart.ts';
import { type RecentVouchers, recentVouchers } from './recent-vouchers.ts';
import type { DiscountStore, PricingFacts, PricingQuestion } from './store.ts';

export interface CheckoutDeps {
  store: Pick<DiscountStore, 'applications' | 'catalogue'>;
  /** Asked about products that are not known here yet. */
  catalogue: CatalogueQueries;
  clock: Clock;
  /** The one currency that the shop sells in. */
  currency: string;
}

/** How often a price is made anew because its vouchers changed under it. */
const attempts = 8;

/** The participant's forward step, the quote that costs nothing, and what is asked before a checkout. */
export const createCheckoutPart = (deps: CheckoutDeps): DiscountCommands & VoucherQueries => {
  const recent = recentVouchers(deps.clock);
  return {
    async exhaustedOf({ codes }) {
      const { candidates } = await deps.store.applications.facts({ codes: spelled(codes), productIds: [], userId: '' });
      const now = deps.clock.now();
      return {
        codes: candidates.filter((one) => isExhausted(one, now, deps.currency)).map(({ voucher }) => voucher.code),
      };
    },

    async quote(request) {
      const facts = await deps.store.applications.facts(questionOf(request));
      return price(deps, request, facts);
    },

    async apply(command) {
      if (command.codes.length === 0) return applyNothing(deps, command);
      return (await applyRecent(deps, recent, command)) ?? apply(deps, recent, command);
    },
  };
};

/** A checkout without vouchers has nothing to redeem and hence nothing to remember. */
const applyNothing = async (deps: CheckoutDeps, command: TimedSagaRef & QuoteRequest): Promise<ApplyReply> =>
  isLate(deps, command)
    ? refuse('CHECKOUT_TIMED_OUT')
    : { ok: true, quote: await price(deps, command, { candidates: [], categories: new Map() }) };

/**
 * Prices, then redeems what was priced. Redeeming refuses a price whose vouchers have changed, or whose limits were
 * reached, since it was made; it is then made again, and says by itself which voucher is no longer to be had.
 */
const apply = async (
  deps: CheckoutDeps,
  recent: RecentVouchers,
  command: TimedSagaRef & QuoteRequest,
): Promise<ApplyReply> => {
  const { applications } = deps.store;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const facts = await applications.facts({ ...questionOf(command), sagaId: command.sagaId });
    const { application, candidates } = facts;
    recent.keep(candidates);
    if (application)
      return application.quote && !application.released ? granted(application.quote) : refuse('SAGA_UNDONE');
    if (isLate(deps, command)) return refuse('CHECKOUT_TIMED_OUT');
    const quote = await price(deps, command, facts);
    if (quote.rejected.length > 0) return refuse('VOUCHER_REJECTED', { errors: quote.rejected });
    const reply = await redeem(deps, command, quote, candidates);
    if (reply) return reply;
  }
  throw new Error(`the vouchers of saga ${command.sagaId} changed ${attempts} times while they were redeemed`);
};

/** Redeems what was priced; undefined where its vouchers are no longer what was priced. */
const redeem = async (
  { store, clock }: CheckoutDeps,
  command: TimedSagaRef,
  quote: Quote,
  candidates: PricingFacts['candidates'],
): Promise<ApplyReply | undefined> => {
  const vouchers = candidates.map(({ voucher }) => voucher);
  const outcome = await store.applications.redeem({ saga: command, quote, vouchers, now: clock.now() });
  if (outcome.outcome === 'redeemed') return granted(quote);
  if (outcome.outcome === 'repeat') return granted(outcome.quote);
  return outcome.outcome === 'undone' ? refuse('SAGA_UNDONE') : undefined;
};

/**
 * Prices with vouchers as they were a moment ago, without reading anything. Nothing follows from that but a redemption,
 * which is refused where they have changed: whatever else would be answered is found out anew.
 */
const applyRecent = async (
  deps: CheckoutDeps,
  recent: RecentVouchers,
  command: TimedSagaRef & QuoteRequest,
): Promise<ApplyReply | undefined> => {
  const candidates = recent.all(questionOf(command).codes);
  if (!candidates || isLate(deps, command)) return undefined;
  const quote = await price(deps, command, { candidates, categories: new Map() });
  if (quote.rejected.length > 0) return undefined;
  const reply = await redeem(deps, command, quote, candidates);
  if (!reply) recent.drop(questionOf(command).codes);
  return reply;
};

const granted = (quote: Quote): ApplyReply => ({ ok: true, quote });

const isLate = ({ clock }: CheckoutDeps, { notAfter }: TimedSagaRef): boolean => clock.now() > new Date(notAfter);

/** Codes in their one spelling, each once; what can't be a code is kept as it came, for nothing has it. */
const spelled = (codes: readonly string[]): string[] => [...new Set(codes.map((code) => voucherCodeOf(code) ?? code))];

const questionOf = ({ codes, lines, userId }: QuoteRequest): PricingQuestion => ({
  codes: codes.map(voucherCodeOf).filter((code) => code !== undefined),
  productIds: [...new Set(lines.map(({ productId }) => productId))],
  userId,
});

const price = async (deps: CheckoutDeps, request: QuoteRequest, facts: PricingFacts): Promise<Quote> => {
  const known = new Set(facts.candidates.map(({ voucher }) => voucher.code));
  const categories = await categoriesFor(deps, request, facts);
  return priceCart({
    lines: request.lines,
    currency: request.currency,
    user: { id: request.userId, role: request.role },
    now: deps.clock.now(),
    candidates: facts.candidates,
    unknown: spelled(request.codes).filter((code) => !known.has(code)),
    categoryOf: (productId) => categories.get(productId),
  });
};

/** Categories of the cart's products; those missing here are learnt from the catalogue, if a scope wants them at all. */
const categoriesFor = async (
  { store, catalogue }: CheckoutDeps,
  { lines }: QuoteRequest,
  { candidates, categories }: PricingFacts,
): Promise<ReadonlyMap<string, string>> => {
  if (!candidates.some(({ voucher }) => voucher.scope.kind === 'categories')) return categories;
  const missing = [...new Set(lines.map(({ productId }) => productId))].filter((id) => !categories.has(id));
  if (missing.length === 0) return categories;
  const products = await catalogue.byIds(missing);
  await store.catalogue.learn(products);
  return new Map([...categories, ...products.map(({ id, category }) => [id, category] as const)]);
};
