import type { CatalogueProduct, Demand } from '@shop/contracts/commands.ts';
import type { UndoKind } from '@shop/contracts/events.ts';
import type { Refusal } from '@shop/contracts/problems.ts';
import type { AdjustmentReason, FoundShortage, Movement, Stock } from './domain.ts';

/** What a saga wants to hold: `demand` has one entry a SKU, sorted. */
export interface HoldRequest {
  sagaId: string;
  orderId: string;
  userId: string;
  demand: readonly Demand[];
  notAfter: Date;
  now: Date;
  /** When the hold, if it still is one, asks what became of its saga. */
  askAt: Date;
}

/** `undone`: the undo came first. `late`: after `notAfter`. Neither these nor `short` have written anything. */
export type HoldOutcome = { outcome: 'held' | 'undone' | 'late' } | { outcome: 'short'; shortages: FoundShortage[] };

export interface Adjustment {
  sku: string;
  delta: number;
  reason: AdjustmentReason;
  note?: string;
  by: string;
  now: Date;
}

/** An Idempotency-Key and what it was sent with. */
export interface RequestKey {
  userId: string;
  key: string;
  requestHash: string;
}

export type AdjustReply =
  | Stock
  | Refusal<'SKU_UNKNOWN' | 'INSUFFICIENT_STOCK' | 'VALIDATION_FAILED' | 'IDEMPOTENCY_KEY_REUSED'>;

/** When a hold asks again: `firstMs` after its first question, then doubling up to `longestMs`. */
export interface AskAgain {
  firstMs: number;
  longestMs: number;
}

/** Stock, its ledger and what sagas hold. `T` is the transaction in which a consumer applies events. */
export interface InventoryStore<T> {
  /** Holds all of the demand for the saga, or nothing. A repeat gets the first reply; an undone saga is refused. */
  reserve(request: HoldRequest): Promise<HoldOutcome>;

  /** The stock of these SKUs, sorted by SKU; unknown ones are left out. */
  stockOf(skus: readonly string[]): Promise<Stock[]>;
  /** At most `limit` SKUs that begin with `prefix` and come after `after`, sorted. */
  stockByPrefix(prefix: string, after: string | undefined, limit: number): Promise<Stock[]>;
  /** At most `limit` movements of a SKU before the id `before`, newest first. */
  movementsOf(sku: string, before: number | undefined, limit: number): Promise<Movement[]>;
  /** Changes what is on hand, never below what is reserved; once for each key. */
  adjust(adjustment: Adjustment, key: RequestKey | undefined): Promise<AdjustReply>;

  /** Makes and retires stock as the catalogue says; facts older than what is known only add SKUs, as retired. */
  applyProduct(product: CatalogueProduct, now: Date, tx?: T): Promise<void>;
  /** held → committed; a no-op in every other state. */
  commit(sagaId: string, now: Date, tx: T): Promise<void>;
  /** held → released, committed → restocked (by a cancel only); ended states absorb. Always answers with an event. */
  undo(saga: { sagaId: string; orderId: string; userId: string }, kind: UndoKind, now: Date, tx: T): Promise<void>;
  /** Locks in one order all that `commit` and `undo` of these sagas will change. */
  lockHolds(sagaIds: readonly string[], tx: T): Promise<void>;

  /** At most `limit` holds whose time has come ask what became of their sagas; answers how many. */
  askAboutHolds(limit: number, now: Date, again: AskAgain): Promise<number>;

  /** Every breach of: on hand ≥ reserved ≥ 0, ledger = levels, Σ held = reserved. In sentences; empty when all is well. */
  audit(): Promise<string[]>;
  /**
   * Forgets what was given back by sagas that began before `olderThan`, at most `limit`; answers how many. Whatever can
   * still arrive for them is refused by its age.
   */
  forgetReleased(olderThan: Date, limit: number): Promise<number>;
}
