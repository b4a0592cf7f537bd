import type { CatalogueProduct, CatalogueQueries, InventoryCommands, StockQueries } from '@shop/contracts/commands.ts';
import type { AnyShopEvent, EventData } from '@shop/contracts/events.ts';
import { isRefusal, type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { availableOf, demandPerSku, type Movement, type Stock, unknownSkus } from './domain.ts';
import type { Adjustment, AdjustReply, HoldOutcome, HoldRequest, InventoryStore, RequestKey } from './store.ts';

export interface InventoryDeps<T> {
  store: InventoryStore<T>;
  /** Asked about SKUs that are not known here yet. */
  catalogue: Pick<CatalogueQueries, 'bySkus'>;
  clock: Clock;
  /** How long a hold waits for its saga's end before it asks; 60 s by default, then doubling up to an hour. */
  askAfterMs?: number;
}

const longestAskMs = 3_600_000;

/** The use cases of inventory; `T` is the transaction in which a consumer applies events. */
export interface Inventory<T> extends InventoryCommands, StockQueries {
  /** The stock of one SKU; one that the catalogue has just made is known at once. */
  stockOf(sku: string): Promise<Stock | Refusal<'SKU_UNKNOWN'>>;
  /** The stock of several SKUs, sorted by SKU; unknown ones are left out. */
  stockOfAll(skus: readonly string[]): Promise<Stock[]>;
  stockByPrefix: InventoryStore<T>['stockByPrefix'];
  movementsOf(sku: string, before: number | undefined, limit: number): Promise<Movement[] | Refusal<'SKU_UNKNOWN'>>;
  adjust(adjustment: Omit<Adjustment, 'now'>, key?: RequestKey): Promise<AdjustReply>;

  productChanged(product: CatalogueProduct, tx: T): Promise<void>;
  orderCreated(order: EventData['order.created'], tx: T): Promise<void>;
  orderCancelled(order: EventData['order.cancelled'], tx: T): Promise<void>;
  /** Locks what the events of one transaction will change, before the first of them is applied. */
  lockFor(events: readonly AnyShopEvent[], tx: T): Promise<void>;

  /** At most `limit` holds that are older than their time ask what became of their sagas; answers how many. */
  askAboutExpiredHolds(limit: number): Promise<number>;
  /** Every breach of the promises about stock, in sentences; empty when all is well. */
  audit(): Promise<string[]>;
}

export const createInventory = <T>(deps: InventoryDeps<T>): Inventory<T> => ({
  ...reading(deps),
  ...following(deps),

  async reserve({ sagaId, orderId, userId, notAfter, lines }) {
    const now = deps.clock.now();
    return reserveReply(
      await reserveKnowing(deps, {
        sagaId,
        orderId,
        userId,
        demand: demandPerSku(lines),
        notAfter: new Date(notAfter),
        now,
        askAt: new Date(now.getTime() + askAfterMs(deps)),
      }),
    );
  },

  async availableOf({ skus }) {
    const found = await deps.store.stockOf(skus);
    const now = (stock: Stock) => (stock.status === 'active' ? availableOf(stock) : 0);
    return { stock: found.map((stock) => ({ sku: stock.sku, available: now(stock) })) };
  },

  async adjust(adjustment, key) {
    const dated = { ...adjustment, now: deps.clock.now() };
    const first = await deps.store.adjust(dated, key);
    if (!isRefusal(first) || first.code !== 'SKU_UNKNOWN') return first;
    return (await learn(deps, [adjustment.sku])) ? deps.store.adjust(dated, key) : first;
  },

  askAboutExpiredHolds: (limit) =>
    deps.store.askAboutHolds(limit, deps.clock.now(), { firstMs: askAfterMs(deps), longestMs: longestAskMs }),

  audit: () => deps.store.audit(),
});

const askAfterMs = ({ askAfterMs = 60_000 }: { askAfterMs?: number }): number => askAfterMs;

type Reading<T> = Pick<Inventory<T>, 'stockOf' | 'stockOfAll' | 'stockByPrefix' | 'movementsOf'>;

const reading = <T>(deps: InventoryDeps<T>): Reading<T> => ({
  async stockOf(sku) {
    const [stock] = await stockKnowing(deps, [sku]);
    return stock ?? refuse('SKU_UNKNOWN');
  },

  stockOfAll: (skus) => stockKnowing(deps, skus),

  stockByPrefix: deps.store.stockByPrefix,

  async movementsOf(sku, before, limit) {
    const [stock] = await stockKnowing(deps, [sku]);
    return stock ? deps.store.movementsOf(sku, before, limit) : refuse('SKU_UNKNOWN');
  },
});

type Following<T> = Pick<Inventory<T>, 'productChanged' | 'orderCreated' | 'orderCancelled' | 'lockFor'>;

const following = <T>({ store, clock }: InventoryDeps<T>): Following<T> => ({
  productChanged: (product, tx) => store.applyProduct(product, clock.now(), tx),

  orderCreated: ({ sagaId }, tx) => store.commit(sagaId, clock.now(), tx),

  async orderCancelled({ sagaId, orderId, userId, kind, participants }, tx) {
    if (!participants.includes('inventory')) return;
    await store.undo({ sagaId, orderId, userId }, kind, clock.now(), tx);
  },

  async lockFor(events, tx) {
    const sagaIds = events.flatMap((event) =>
      event.type === 'order.created' || event.type === 'order.cancelled' ? [event.data.sagaId] : [],
    );
    if (sagaIds.length > 1) await store.lockHolds(sagaIds, tx);
  },
});

/** Reserves; where SKUs are unknown, learns them from the catalogue and tries once more. */
const reserveKnowing = async <T>(deps: InventoryDeps<T>, request: HoldRequest): Promise<HoldOutcome> => {
  const first = await deps.store.reserve(request);
  if (first.outcome !== 'short') return first;
  const learnt = await learn(deps, unknownSkus(first.shortages));
  return learnt ? deps.store.reserve(request) : first;
};

/** Reads stock; SKUs that are missing are learnt from the catalogue. */
const stockKnowing = async <T>(deps: InventoryDeps<T>, skus: readonly string[]): Promise<Stock[]> => {
  const found = await deps.store.stockOf(skus);
  const known = new Set(found.map(({ sku }) => sku));
  const learnt = await learn(
    deps,
    skus.filter((sku) => !known.has(sku)),
  );
  return learnt ? deps.store.stockOf(skus) : found;
};

/** Applies what the catalogue knows of these SKUs, as its events would; false when it knows none of them. */
const learn = async <T>({ store, catalogue, clock }: InventoryDeps<T>, skus: readonly string[]): Promise<boolean> => {
  if (skus.length === 0) return false;
  const products = await catalogue.bySkus(skus);
  for (const product of products) await store.applyProduct(product, clock.now());
  return products.length > 0;
};

const reserveReply = (outcome: HoldOutcome): Awaited<ReturnType<InventoryCommands['reserve']>> => {
  switch (outcome.outcome) {
    case 'held':
      return { ok: true };
    case 'undone':
      return refuse('SAGA_UNDONE');
    case 'late':
      return refuse('CHECKOUT_TIMED_OUT');
    case 'short': {
      const errors = outcome.shortages.map(({ sku, requested, available }) => ({ sku, requested, available }));
      return { ...refuse('OUT_OF_STOCK'), errors };
    }
  }
};
