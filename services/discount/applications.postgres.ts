import type { Quote, SagaRef } from '@shop/contracts/commands.ts';
import { grouped } from '@shop/platform/grouping/grouped.ts';
import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { isSerializationRace } from '@shop/platform/postgres/errors.ts';
import type { Postgres, Statement, Tx } from '@shop/platform/postgres/postgres.ts';
import { currentTrace } from '@shop/platform/telemetry/context.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { askAfterMs, askAgainMs, byCode } from './domain.ts';
import { redemptionExpired } from './events.ts';
import type { ApplicationStore, PricingFacts, PricingQuestion, Redeeming, RedeemOutcome } from './store.ts';
import { type DiscountTables, type ReadVoucher, voucherOf } from './tables.postgres.ts';

interface Deps {
  pg: Postgres<DiscountTables>;
  outbox: Outbox;
  ids: Ids;
}

export const createApplicationStore = ({ pg, outbox, ids }: Deps): ApplicationStore => {
  const redeemMany = redeemingTogether(pg, ids);
  return {
    async facts(question) {
      const [row] = await pg.query<FactsRow>(factsOf(question));
      return readFacts(row);
    },

    async redeem(redeeming) {
      const traced: Traced = { ...redeeming, traceparent: currentTrace() };
      // A limit of each user's own has to be counted, user by user.
      const counted = redeeming.vouchers.some(({ perUserLimit }) => perUserLimit !== undefined);
      const row = await (counted ? redeemed(pg, redemptionOf(traced, ids)) : redeemMany(traced));
      if (row.outcome === 'redeemed') outbox.nudge();
      if (row.outcome !== 'repeat') return { outcome: row.outcome };
      if (!row.quote) throw new Error(`the application of saga ${redeeming.saga.sagaId} has no quote`);
      return { outcome: 'repeat', quote: row.quote };
    },

    askAboutExpired: (limit, now) => pg.transaction((tx) => askAboutExpired(tx, outbox, limit, now)),
  };
};

/** A redemption, and the trace of the checkout that it is for. */
type Traced = Redeeming & { traceparent: string | null };

/** The most redemptions in one statement: who wants the same voucher waits for it. */
const mostTogether = 50;

/**
 * Redemptions that wait while others are made are made together where all of them can be had; otherwise each is made
 * alone. The function is in migrations/0004_together.sql.
 */
const redeemingTogether = (pg: Postgres<DiscountTables>, ids: Ids): ((one: Traced) => Promise<RedeemedRow>) =>
  grouped({
    most: mostTogether,
    keyOf: ({ saga }: Traced) => saga.sagaId,
    async run(many: readonly Traced[]) {
      const [only] = many;
      if (many.length === 1 && only) return [await redeemed(pg, redemptionOf(only, ids))];
      await pg.query({
        name: 'discount-redeem-together',
        text: 'select redeem_together($1)',
        values: [JSON.stringify(many.map((one) => requestOf(one, ids)))],
      });
      return many.map(() => ({ outcome: 'redeemed', quote: null }) as const);
    },
  });

const requestOf = ({ saga, quote, vouchers, now, traceparent }: Traced, ids: Ids) => {
  const versions = new Map(vouchers.map(({ code, version }) => [code, version]));
  return {
    saga: saga.sagaId,
    order: saga.orderId,
    user: saga.userId,
    quote,
    at: now,
    ask_at: new Date(now.getTime() + askAfterMs),
    event: ids.uuid(),
    traceparent,
    taken: quote.discounts.map(({ code, amount }) => ({ id: ids.uuid(), code, version: versions.get(code), amount })),
  };
};

interface RedeemedRow {
  outcome: RedeemOutcome['outcome'];
  quote: Quote | null;
}

/** A redemption that loses a deadlock has done nothing, like one that finds its price stale. */
const redeemed = async (pg: Postgres<DiscountTables>, statement: Statement): Promise<RedeemedRow> => {
  try {
    const [row] = await pg.query<RedeemedRow>(statement);
    return row ?? { outcome: 'stale', quote: null };
  } catch (error) {
    if (isSerializationRace(error)) return { outcome: 'stale', quote: null };
    throw error;
  }
};

interface FactsRow {
  application: { state: string; quote: Quote | null } | null;
  vouchers: (ReadVoucher & { used_by_user: number })[];
  categories: Record<string, string> | null;
}

/**
 * All that pricing needs in one statement, hence of one moment: a saga whose own redemption took the last use is seen
 * together with that redemption. Uses by a user are counted only where there is a limit, categories looked up only where
 * a scope wants them.
 */
const factsOf = ({ sagaId, codes, userId, productIds }: PricingQuestion) => ({
  name: 'discount-facts',
  text: `
    with wanted as materialized (select * from vouchers where code = any($2::text[]))
    select
      (select jsonb_build_object('state', state, 'quote', quote) from applications where saga_id = $1::uuid) as application,
      (select coalesce(jsonb_agg(to_jsonb(wanted) || jsonb_build_object('used_by_user',
         case when per_user_limit is null then 0 else (
           select count(*) from redemptions r
            where r.code = wanted.code and r.user_id = $3 and r.released_at is null) end)), '[]')
         from wanted) as vouchers,
      (select jsonb_object_agg(product_id, category) from catalogue
        where product_id = any($4::text[])
          and exists (select 1 from wanted where scope ->> 'kind' = 'categories')) as categories`,
  values: [sagaId ?? null, codes, userId, productIds],
});

const readFacts = (row: FactsRow | undefined): PricingFacts => ({
  candidates: (row?.vouchers ?? []).map((read) => ({ voucher: voucherOf(read), usedByUser: read.used_by_user })),
  categories: new Map(Object.entries(row?.categories ?? {})),
  ...(row?.application && {
    application: { released: row.application.state === 'released', quote: row.application.quote },
  }),
});

/** Vouchers go to `redeem` by code: every checkout locks them in that order. */
const redemptionOf = ({ saga, quote, vouchers, now, traceparent }: Traced, ids: Ids) => {
  const versions = new Map(vouchers.map(({ code, version }) => [code, version]));
  const taken = [...quote.discounts].sort(byCode);
  return {
    name: 'discount-redeem',
    text: 'select outcome, quote from redeem($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
    values: [
      saga.sagaId,
      saga.orderId,
      saga.userId,
      taken.map(({ code }) => code),
      taken.map(({ code }) => versions.get(code)),
      taken.map(({ amount }) => amount),
      taken.map(() => ids.uuid()),
      JSON.stringify(quote),
      now,
      new Date(now.getTime() + askAfterMs),
      ids.uuid(),
      traceparent,
    ],
  };
};

interface Waiting extends SagaRef {
  version: number;
  asked: number;
}

/** Rows that another process asks about right now are left to it. */
const askAboutExpired = async (tx: Tx<DiscountTables>, outbox: Outbox, limit: number, now: Date) => {
  const waiting = await tx.query<Waiting>({
    name: 'discount-waiting',
    text: `
      select saga_id as "sagaId", order_id as "orderId", user_id as "userId", version + 1 as version, asked + 1 as asked
        from applications
       where state = 'applied' and next_ask_at <= $1
       order by next_ask_at, saga_id limit $2 for update skip locked`,
    values: [now, limit],
  });
  if (waiting.length === 0) return 0;
  await tx.query({
    name: 'discount-asked',
    text: `
      update applications set asked = asked + 1, version = version + 1, next_ask_at = next.at
        from unnest($1::uuid[], $2::timestamptz[]) as next (saga_id, at)
       where applications.saga_id = next.saga_id and state = 'applied'`,
    values: [
      waiting.map(({ sagaId }) => sagaId),
      waiting.map(({ asked }) => new Date(now.getTime() + askAgainMs(asked)).toISOString()),
    ],
  });
  await outbox.append(tx, waiting.map(redemptionExpired));
  return waiting.length;
};
