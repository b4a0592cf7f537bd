import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { CheckoutOutcome } from '../service.ts';

/** What the lab needs of the shop; the composition root says how it is reached. */
export interface LabShop {
  /** Makes a product of one SKU with so many units. */
  newSku(units: number): Promise<{ sku: string; productId: string }>;
  /** Takes a product that `newSku` has made out of the catalogue. */
  unlist(productId: string): Promise<void>;
  /** Sets what can be sold of a SKU. */
  setUnits(sku: string, units: number): Promise<Refusal | undefined>;
  /** Makes a voucher of so many uses, and answers its code. */
  newVoucher(uses: number): Promise<string>;
  /** Puts one unit, and the voucher if any, into a new buyer's cart. */
  fillCart(buyer: string, sku: string, code: string | undefined): Promise<void>;
  checkout(buyer: string, key: string): Promise<CheckoutOutcome>;
  stockOf(sku: string): Promise<{ onHand: number; reserved: number } | undefined>;
  usesOf(code: string): Promise<number>;
  isCartLocked(buyer: string): Promise<boolean>;
}

export interface RunRequest {
  sku?: string;
  new?: true;
  buyers: number;
  units: number;
  voucherUses?: number;
}

export interface Run extends Omit<RunRequest, 'new' | 'sku'> {
  id: string;
  sku: string;
  voucher: string | null;
  status: 'preparing' | 'running' | 'finished' | 'failed';
  /** How many have an answer, if only that they have to wait. */
  answered: number;
  orders: number;
  /** How many were refused, by code. */
  refusals: Record<string, number>;
  latencyMs: { p50: number; p99: number } | null;
  invariants: { name: string; holds: boolean }[];
  checkouts: string[];
  startedAt: string;
  finishedAt: string | null;
}

/** How many runs can be looked at. */
export const KEPT_RUNS = 20;
const PREPARED_AT_ONCE = 20;
const LOOK_MS = 200;
/** How often a buyer asks again who was told to wait; the shop takes 15 s for each answer. */
const ASKED_AGAIN = 4;

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export interface RunsOptions {
  shop: LabShop;
  clock: Clock;
  ids: Ids;
  /** Called with a run whenever it has come further. */
  tell?: (run: Run) => void;
}

/** Real checkouts of many buyers for few units, one run at a time; the last twenty are kept in memory. */
export const createRuns = ({ shop, clock, ids, tell = () => {} }: RunsOptions) => {
  const runs = new Map<string, Run>();

  const prepare = async (run: Run, buyers: readonly string[]): Promise<void> => {
    for (let start = 0; start < buyers.length; start += PREPARED_AT_ONCE) {
      tell(run);
      await Promise.all(
        buyers
          .slice(start, start + PREPARED_AT_ONCE)
          .map((buyer) => shop.fillCart(buyer, run.sku, run.voucher ?? undefined)),
      );
    }
  };

  /** Counts how it ended for a buyer; answers whether it has. */
  const count = (run: Run, outcome: CheckoutOutcome): boolean => {
    if (outcome.kind === 'pending') return false;
    if (outcome.kind === 'completed') run.orders++;
    else run.refusals[outcome.refusal.code] = (run.refusals[outcome.refusal.code] ?? 0) + 1;
    return true;
  };

  const race = async (run: Run, buyers: readonly string[]): Promise<void> => {
    const latencies: number[] = [];
    await Promise.all(
      buyers.map(async (buyer) => {
        const key = ids.uuid();
        const start = clock.now().getTime();
        const outcome = await shop.checkout(buyer, key);
        latencies.push(clock.now().getTime() - start);
        latencies.sort((a, b) => a - b);
        run.answered++;
        run.latencyMs = { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
        const id = outcome.kind === 'refused' ? outcome.refusal.checkoutId : outcome.saga.id;
        if (id) run.checkouts.push(id);
        // The same key is the same checkout, which a broken step may hold up.
        let hasEnded = count(run, outcome);
        for (let again = 0; again < ASKED_AGAIN && !hasEnded; again++)
          hasEnded = count(run, await shop.checkout(buyer, key));
      }),
    );
  };

  /** How many buyers know how it ended. */
  const ended = ({ orders, refusals }: Run): number =>
    Object.values(refusals).reduce((sum, number) => sum + number, orders);

  /** What must hold whenever one looks; sold units are compared at rest only. */
  const invariantsOf = async (run: Run, buyers: readonly string[]): Promise<Run['invariants']> => {
    const [stock, uses] = await Promise.all([shop.stockOf(run.sku), run.voucher ? shop.usesOf(run.voucher) : 0]);
    const checks = [
      {
        name: 'onHand ≥ reserved ≥ 0',
        holds: stock !== undefined && stock.onHand >= stock.reserved && stock.reserved >= 0,
      },
      { name: 'uses ≤ limit', holds: uses <= (run.voucherUses ?? 0) },
      { name: 'orders ≤ units', holds: run.orders <= run.units },
    ];
    if (ended(run) < run.buyers) return checks;
    const locked = await Promise.all(buyers.map((buyer) => shop.isCartLocked(buyer)));
    return [
      ...checks,
      {
        name: 'orders = units sold',
        holds: stock !== undefined && run.units - stock.onHand === run.orders && stock.reserved === 0,
      },
      { name: 'no cart locked', holds: !locked.some(Boolean) },
    ];
  };

  /** Notes what holds now, and answers whether it could be told: a service may be busy. */
  const look = async (run: Run, buyers: readonly string[]): Promise<boolean> => {
    const seen = await invariantsOf(run, buyers).catch(() => undefined);
    if (seen) run.invariants = seen;
    tell(run);
    return seen !== undefined;
  };

  /** Looks at the invariants while the race is on. */
  const watch = async (run: Run, buyers: readonly string[], raced: AbortSignal): Promise<void> => {
    while (!raced.aborted) {
      await look(run, buyers);
      await clock.sleep(LOOK_MS, raced);
    }
  };

  const settle = async (run: Run, buyers: readonly string[]): Promise<void> => {
    for (let waited = 0; waited < 10_000; waited += 100) {
      const isTold = await look(run, buyers);
      if (isTold && run.invariants.every(({ holds }) => holds)) return;
      await clock.sleep(100);
    }
  };

  /** What was made for a race is no more use to buyers; the stock and the orders stay. */
  const clearAway = async (productId: string | undefined): Promise<void> => {
    if (productId) await shop.unlist(productId).catch(() => {});
  };

  const drive = async (run: Run, productId: string | undefined): Promise<void> => {
    const buyers = Array.from({ length: run.buyers }, () => ids.uuid());
    try {
      await prepare(run, buyers);
      run.status = 'running';
      const raced = new AbortController();
      await Promise.all([race(run, buyers).finally(() => raced.abort()), watch(run, buyers, raced.signal)]);
      await settle(run, buyers);
      run.status = 'finished';
    } catch {
      run.status = 'failed';
    }
    run.finishedAt = clock.now().toISOString();
    tell(run);
    await clearAway(productId);
  };

  return {
    /** Starts a run; refused while another one is under way, or when the SKU is unknown. */
    async start(request: RunRequest): Promise<Run | Refusal> {
      if ([...runs.values()].some(({ finishedAt }) => finishedAt === null))
        return refuse('INVALID_TRANSITION', { detail: 'Another run is under way.' });
      const run: Run = {
        id: ids.uuid(),
        sku: request.sku ?? '',
        voucher: null,
        buyers: request.buyers,
        units: request.units,
        voucherUses: request.voucherUses,
        status: 'preparing',
        answered: 0,
        orders: 0,
        refusals: {},
        latencyMs: null,
        invariants: [],
        checkouts: [],
        startedAt: clock.now().toISOString(),
        finishedAt: null,
      };
      // Entered before the first wait, so that two starts can't both find the lab free.
      runs.set(run.id, run);
      for (const id of [...runs.keys()].slice(0, -KEPT_RUNS)) runs.delete(id);
      let productId: string | undefined;
      try {
        if (request.sku === undefined) ({ sku: run.sku, productId } = await shop.newSku(request.units));
        else {
          const refusal = await shop.setUnits(request.sku, request.units);
          if (refusal) {
            runs.delete(run.id);
            return refusal;
          }
        }
        if (request.voucherUses !== undefined) run.voucher = await shop.newVoucher(request.voucherUses);
      } catch (error) {
        runs.delete(run.id);
        throw error;
      }
      void drive(run, productId);
      return run;
    },

    /** Those that are kept, newest first. */
    list: (): Run[] => [...runs.values()].reverse(),

    find: (id: string): Run | Refusal<'LAB_RUN_NOT_FOUND'> => runs.get(id) ?? refuse('LAB_RUN_NOT_FOUND'),
  };
};

export type Runs = ReturnType<typeof createRuns>;
