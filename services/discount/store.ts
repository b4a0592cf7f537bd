import type { CatalogueProduct, Quote, SagaRef } from '@shop/contracts/commands.ts';
import type { UndoKind } from '@shop/contracts/events.ts';
import type { Redemption, Voucher, VoucherTerms } from './domain.ts';
import type { Candidate } from './pricing/eligibility.ts';

/** The vouchers as their makers see them. */
export interface VoucherStore {
  /** Stores a new voucher and says `discount.created`; undefined when the code is taken. */
  create(terms: VoucherTerms): Promise<Voucher | undefined>;
  find(code: string): Promise<Voucher | undefined>;
  /** By code, those after `after`. */
  list(after: string | undefined, limit: number): Promise<Voucher[]>;
  /**
   * Replaces the terms of the voucher that still has `version` and says `discount.updated`. `stale`: it has another
   * version now. `limitBelowUsed`: it, or one user, holds more uses than the new limits allow.
   */
  change(version: number, terms: VoucherTerms): Promise<Voucher | 'stale' | 'limitBelowUsed'>;
  /** Newest first, those after the position. */
  redemptions(code: string, after: RedemptionPosition | undefined, limit: number): Promise<Redemption[]>;
}

export interface RedemptionPosition {
  redeemedAt: string;
  id: string;
}

/** What pricing needs to know, read at one moment. */
export interface PricingFacts {
  candidates: Candidate[];
  /** Categories by product id, as far as they are known; read only where a voucher's scope is categories. */
  categories: ReadonlyMap<string, string>;
  /** What this saga has come to, when it has. */
  application?: { released: boolean; quote: Quote | null };
}

export interface PricingQuestion {
  codes: readonly string[];
  productIds: readonly string[];
  userId: string;
  sagaId?: string;
}

/** A price to be redeemed: the vouchers as they were priced, and what was made of them. */
export interface Redeeming {
  saga: SagaRef;
  quote: Quote;
  /** One for each discount of the quote. */
  vouchers: readonly (Pick<Voucher, 'code' | 'version'> & Partial<Pick<Voucher, 'perUserLimit'>>)[];
  now: Date;
}

/**
 * `stale`: a voucher has changed, or a limit was reached, since it was priced; nothing was written. `repeat`: this saga
 * has applied before and was answered `quote`. `undone`: the undo came first.
 */
export type RedeemOutcome = { outcome: 'redeemed' | 'stale' | 'undone' } | { outcome: 'repeat'; quote: Quote };

/** What checkouts take of vouchers. */
export interface ApplicationStore {
  facts(question: PricingQuestion): Promise<PricingFacts>;
  /** Redeems every voucher under its limits, all or none, and says `discount.applied`. */
  redeem(redeeming: Redeeming): Promise<RedeemOutcome>;
  /** Says `discount.redemption_expired` of at most `limit` applications that have waited too long; answers how many. */
  askAboutExpired(limit: number, now: Date): Promise<number>;
}

/** What is known of a product: its category and the prices of its SKUs. */
export interface KnownProduct {
  productId: string;
  category: string;
  prices: Record<string, number>;
}

export interface CatalogueReplica {
  /** Keeps what is newer than what is known. */
  learn(products: readonly CatalogueProduct[]): Promise<void>;
  bySkus(skus: readonly string[]): Promise<KnownProduct[]>;
}

/** The effects of events, each part of the unit of work `unit`. */
export interface DiscountEffects<Unit> {
  /** Gives back what the saga holds and says `discount.released`, whether or not it held anything. */
  release(unit: Unit, saga: SagaRef, kind: UndoKind, now: Date): Promise<void>;
  /** Locks in one order all that releasing these sagas will change; for a unit of work that releases several. */
  lock(unit: Unit, sagas: readonly SagaRef[], now: Date): Promise<void>;
  /** The order exists: the saga's redemptions stay until somebody cancels it. */
  settle(unit: Unit, sagaId: string): Promise<void>;
  learn(unit: Unit, product: CatalogueProduct): Promise<void>;
}

export interface DiscountStore<Unit = unknown> {
  vouchers: VoucherStore;
  applications: ApplicationStore;
  catalogue: CatalogueReplica;
  effects: DiscountEffects<Unit>;
  /** A sentence for each breach of what is promised: counters are live redemptions, limits are kept. `[]` is good. */
  audit(): Promise<string[]>;
  /**
   * Forgets that sagas from before `olderThan` were undone where nothing was ever redeemed for them, at most `limit`;
   * answers how many. Whatever can still arrive for them is refused by its age.
   */
  forgetReleased(olderThan: Date, limit: number): Promise<number>;
}
