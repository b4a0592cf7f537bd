import type { Clock } from '@shop/platform/time/clock.ts';
import type { PricingFacts } from './store.ts';

type Candidates = PricingFacts['candidates'];

const rememberedMs = 5_000;
const mostVouchers = 1_000;

/** Vouchers as checkouts have read them a moment ago. */
export interface RecentVouchers {
  /** All of these, or undefined where one is not known. */
  all(codes: readonly string[]): Candidates | undefined;
  keep(candidates: Candidates): void;
  drop(codes: readonly string[]): void;
}

/**
 * A memory of vouchers whose price depends on nothing but themselves and the cart: neither on how often this user has
 * redeemed them, nor on the categories of products.
 */
export const recentVouchers = (clock: Clock): RecentVouchers => {
  const known = new Map<string, { candidate: Candidates[number]; until: number }>();
  return {
    all(codes) {
      const now = clock.now().getTime();
      const found = [...new Set(codes)].map((code) => known.get(code));
      const fresh = found.filter((entry) => entry !== undefined && entry.until > now);
      return fresh.length === found.length ? fresh.flatMap((entry) => entry?.candidate ?? []) : undefined;
    },
    keep(candidates) {
      const until = clock.now().getTime() + rememberedMs;
      for (const candidate of candidates) {
        const { code, perUserLimit, scope } = candidate.voucher;
        if (perUserLimit !== undefined || scope.kind === 'categories') continue;
        if (known.size >= mostVouchers) known.clear();
        known.set(code, { candidate, until });
      }
    },
    drop(codes) {
      for (const code of codes) known.delete(code);
    },
  };
};
