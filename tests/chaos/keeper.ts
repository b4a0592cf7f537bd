import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Adjustment, Chronicle } from './history.ts';
import type { Random } from './random.ts';
import type { Person } from './shopper.ts';

/** What is on sale in a run, and what it began with. */
export interface Stall {
  /** Units that each SKU began with. */
  stock: Record<string, number>;
  scarce: string[];
  vouchers: { code: string; limit?: number; perUser?: number }[];
}

const PLENTY = 1_000_000;
const SCARCE = 40;
const LIMIT = 20;

const expectStatus = (what: string, { status, body }: { status: number; body: unknown }, ...fine: number[]): void => {
  if (!fine.includes(status)) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
};

/** Puts goods and vouchers on sale: half of the goods are scarce, and the vouchers have limits. */
export const openStall = async (admin: Person): Promise<Stall> => {
  const stall: Stall = {
    stock: {},
    scarce: [],
    vouchers: [{ code: 'TENTH' }, { code: 'FEW', limit: LIMIT }, { code: 'ONCE', perUser: 1 }],
  };
  for (let n = 1; n <= 8; n += 1) {
    const scarce = n % 2 === 0;
    const sku = `CHAOS-${n}`;
    const price = { amount: 700 + 113 * n, currency: 'USD' };
    const initialStock = scarce ? SCARCE : PLENTY;
    const variants = [{ sku, price, options: {}, initialStock }];
    const body = { title: `Thing ${n}`, status: 'active', category: 'Things', brand: 'Acme', variants };
    expectStatus('POST /products', await admin.ask('POST', '/products', { body }), 201);
    stall.stock[sku] = initialStock;
    if (scarce) stall.scarce.push(sku);
  }
  for (const { code, limit, perUser } of stall.vouchers) {
    const limits = { ...(limit && { usageLimit: limit }), ...(perUser && { perUserLimit: perUser }) };
    const body = { code, type: 'percentage', value: 1000, scope: { kind: 'order' }, ...limits };
    expectStatus('POST /vouchers', await admin.ask('POST', '/vouchers', { body }), 201);
  }
  return stall;
};

export interface KeeperOptions {
  admin: Person;
  stall: Stall;
  chronicle: Chronicle;
  random: Random;
  going: () => boolean;
}

const adjust = async ({ admin, stall, chronicle, random }: KeeperOptions): Promise<void> => {
  const delta = random.chance(0.7) ? random.between(10, 40) : -random.between(1, 5);
  const adjustment: Adjustment = { sku: random.pick(stall.scarce), delta, key: randomUUID() };
  chronicle.history.adjustments.push(adjustment);
  const reason = delta > 0 ? 'receipt' : 'damage';
  const sent = { body: { delta, reason }, headers: { 'Idempotency-Key': adjustment.key } };
  const { status, body } = await admin.ask('POST', `/inventory/${adjustment.sku}/adjustments`, sent);
  if (status === 201) adjustment.outcome = 'applied';
  else if (status === 409 && body.code === 'INSUFFICIENT_STOCK') adjustment.outcome = 'refused';
  else chronicle.wrong(`POST /inventory/:sku/adjustments: ${status} ${JSON.stringify(body)}`);
};

/** Lets a few more use the voucher that has few uses. */
const raiseLimit = async ({ admin, stall, chronicle, random }: KeeperOptions): Promise<void> => {
  const voucher = stall.vouchers.find(({ limit }) => limit !== undefined);
  if (!voucher?.limit) return;
  // Before it is asked for: what is counted against it may be used before the answer is here.
  voucher.limit += random.between(2, 8);
  const { status, body } = await admin.ask('PATCH', `/vouchers/${voucher.code}`, {
    body: { usageLimit: voucher.limit },
  });
  if (status !== 200) chronicle.wrong(`PATCH /vouchers/:code: ${status} ${JSON.stringify(body)}`);
};

/** The admin: stock comes in and gets lost, a voucher's limit rises, until the run is over. */
export const runKeeper = async (options: KeeperOptions): Promise<void> => {
  const { random, going } = options;
  while (going()) {
    await (random.chance(0.7) ? adjust(options) : raiseLimit(options));
    await pause(random.between(500, 2_500));
  }
};
