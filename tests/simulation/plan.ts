import type { NewVoucher } from '@shop/discount/domain.ts';
import type { Rates } from './chaos.ts';
import { createRandom, type Random } from './random.ts';
import { type ServiceName, serviceNames } from './service-names.ts';
import { ambushesOf, LONG_MS, lingerFor, longTrouble, type Trouble, troubleOf } from './troubles.ts';

/** What somebody does, and how long they wait before it. */
export type Action = { waitMs: number } & Deed;

type Deed =
  /** `guarded`: with the version that they saw last as If-Match. `times`: so many at once, as by a double click. */
  | { do: 'add'; sku: string; quantity: number; guarded: boolean; times: number }
  | { do: 'set'; sku: string; quantity: number; guarded: boolean }
  | { do: 'remove'; sku: string }
  | { do: 'clear' }
  | { do: 'look' }
  | { do: 'quote' }
  | { do: 'use voucher'; code: string }
  | { do: 'drop voucher'; code: string }
  /** `key` of theirs; the same one again is a repeat. `hasty`: gives up waiting soon. `other`: another request with it. */
  | { do: 'check out'; key: number; times: number; isAsync: boolean; hasty: boolean; other: boolean; priced: boolean }
  | { do: 'cancel'; key: number; keyed: boolean }
  | { do: 'follow'; key: number }
  | { do: 'sign in' };

export interface Shopper {
  name: string;
  user: { id: string; role: 'guest' | 'customer' };
  /** Whom a guest signs in as. */
  account: string;
  actions: Action[];
}

export type AdminAction = { waitMs: number } & (
  | { do: 'adjust'; sku: string; delta: number; keyed: boolean }
  | { do: 'reprice'; sku: string; price: number }
  | { do: 'take away'; sku: string }
  | { do: 'bring back'; sku: string; price: number }
  | { do: 'hide'; sku: string; status: 'active' | 'archived' }
  | { do: 'raise limit'; code: string; by: number }
  | { do: 'stop voucher'; code: string }
  | { do: 'revalue'; code: string; value: number }
  | { do: 'retry parked' }
  | { do: 'advance orders'; to: 'shipped' | 'delivered' }
  | { do: 'cancel any' }
);

export interface Plan {
  seed: number;
  replicas: Record<ServiceName, number>;
  partitions: number;
  skewsMs: Record<ServiceName, number[]>;
  /** One product a SKU. */
  skus: { sku: string; price: number; stock: number }[];
  vouchers: NewVoucher[];
  shoppers: Shopper[];
  admin: AdminAction[];
  troubles: Trouble[];
  rates: Rates;
  /** How long things may still go wrong when everybody has done what they came for. */
  lingerMs: number;
}

export const CURRENCY = 'EUR';
export const ADMIN = { id: '01900000-0000-7000-a000-00000000ad00', role: 'admin' } as const;

const userId = (kind: 'b' | 'c', number: number) =>
  `01900000-0000-7000-${kind}000-${(number + 1).toString(16).padStart(12, '0')}`;

/** The whole of a history but its chances: who is there, what they want, and what will go wrong. */
export const planOf = (seed: number): Plan => {
  const random = createRandom(seed, 'plan');
  const skus = Array.from({ length: random.between(1, 5) }, (_, n) => ({
    sku: `SKU-${n + 1}`,
    price: random.pick([1, 99, 100, 250, 999, 1999, 3333, 10_000]),
    stock: random.pick([0, 1, 2, 3, 4, 6, 8, 12, 20]),
  }));
  const vouchers = Array.from({ length: random.between(0, 4) }, (_, n) => voucherOf(random, n, skus));
  const actors: Actors = { random, skus: skus.map(({ sku }) => sku), codes: vouchers.map(({ code }) => code) };
  const crowd = random.pick([2, 2, 3, 3, 4, 5, 6, 8]);
  const accounts = random.between(1, crowd);
  const isRush = random.chance(0.3);
  const shoppers = Array.from({ length: crowd }, (_, n) => shopperOf(actors, n, accounts, isRush));
  const isCalm = random.chance(0.12);
  const isLong = !isCalm && random.chance(0.02);
  const ambushes = isCalm ? [] : ambushesOf(createRandom(seed, 'ambushes'));
  const replicas = Object.fromEntries(
    serviceNames.map((name) => [name, name === 'order' || random.chance(0.3) ? 2 : 1]),
  ) as Plan['replicas'];
  return {
    seed,
    replicas,
    partitions: random.between(1, 3),
    skewsMs: Object.fromEntries(
      serviceNames.map((name) => [name, Array.from({ length: replicas[name] }, () => skewOf(random, name))]),
    ) as Plan['skewsMs'],
    skus,
    vouchers,
    shoppers,
    admin: Array.from({ length: random.between(0, 6) }, () => adminActionOf(actors)),
    troubles: [
      ...(isCalm ? [] : Array.from({ length: random.between(0, 6) }, () => troubleOf(random, replicas))),
      ...(isLong ? [longTrouble(random)] : []),
      ...ambushes,
    ],
    rates: isCalm ? noRates : ratesOf(random),
    lingerMs: Math.max(isLong ? LONG_MS : random.chance(0.65) ? 0 : random.below(9_000), ...ambushes.map(lingerFor)),
  };
};

interface Actors {
  random: Random;
  skus: string[];
  codes: string[];
}

/** Most clocks are nearly right. One that is late takes commands that came too late, one that is early refuses them. */
const skewOf = (random: Random, name: ServiceName): number => {
  if (random.chance(0.75)) return random.between(-20, 20);
  return name === 'order' || random.chance(0.3) ? random.between(-8_000, 8_000) : random.between(-20_000, 0);
};

const voucherOf = (random: Random, n: number, skus: readonly { sku: string }[]): NewVoucher => {
  const deal = random.pick([
    { type: 'percentage', value: random.pick([500, 1_500, 3_333, 10_000]) },
    { type: 'fixed_amount', value: { amount: random.pick([1, 100, 777]), currency: CURRENCY } },
    { type: 'buy_x_get_y', value: { buy: 1, get: 1, percentOff: random.pick([5_000, 10_000]) } },
  ] as const);
  return {
    ...deal,
    code: `CODE-${n + 1}`,
    scope: random.chance(0.7) ? { kind: 'order' } : { kind: 'skus', ids: [random.pick(skus).sku] },
    ...(random.chance(0.8) && { usageLimit: random.between(1, 3) }),
    ...(random.chance(0.5) && { perUserLimit: random.between(1, 2) }),
    combinable: random.chance(0.8),
  };
};

const shopperOf = (actors: Actors, n: number, accounts: number, isRush: boolean): Shopper => {
  const { random } = actors;
  const account = userId('c', n % accounts);
  const isGuest = random.chance(0.35);
  const rounds = random.pick([1, 1, 2, 2, 3]);
  const actions = Array.from({ length: rounds }, (_, round) => roundOf(actors, round, isGuest)).flat();
  return {
    name: `shopper-${n + 1}`,
    user: isGuest ? { id: userId('b', n), role: 'guest' } : { id: account, role: 'customer' },
    account,
    actions: isRush ? [...rushOf(actors), ...actions] : actions,
  };
};

/** Everybody wants the same thing, with the same voucher, at the same moment. */
const rushOf = ({ skus, codes }: Actors): Action[] => {
  const [sku = ''] = skus;
  const [code] = codes;
  return [
    { waitMs: 0, do: 'add', sku, quantity: 1, guarded: false, times: 1 },
    ...(code ? [{ waitMs: 0, do: 'use voucher', code } as const] : []),
    { waitMs: 0, do: 'check out', key: 9, times: 1, isAsync: false, hasty: false, other: false, priced: false },
  ];
};

/** Some things into the cart, and perhaps out again; then to the till, in one of many ways. */
const roundOf = ({ random, skus, codes }: Actors, round: number, isGuest: boolean): Action[] => {
  const waitMs = () => (random.chance(0.7) ? random.below(40) : random.below(900));
  const sku = () => random.pick(skus);
  const deeds: Deed[] = [];
  for (let adds = random.between(1, 3); adds > 0; adds -= 1)
    deeds.push({
      do: 'add',
      sku: sku(),
      quantity: random.pick([1, 1, 1, 2, 3]),
      guarded: random.chance(0.25),
      times: random.chance(0.2) ? 2 : 1,
    });
  const other = random.fraction();
  if (other < 0.08) deeds.push({ do: 'set', sku: sku(), quantity: random.below(3), guarded: random.chance(0.5) });
  else if (other < 0.14) deeds.push({ do: 'remove', sku: sku() });
  else if (other < 0.17) deeds.push({ do: 'clear' });
  else if (other < 0.3) deeds.push({ do: 'look' });
  else if (other < 0.36) deeds.push({ do: 'quote' });
  if (codes.length > 0 && random.chance(0.6)) deeds.push({ do: 'use voucher', code: random.pick(codes) });
  if (codes.length > 1 && random.chance(0.2)) deeds.push({ do: 'use voucher', code: random.pick(codes) });
  if (codes.length > 0 && random.chance(0.05)) deeds.push({ do: 'drop voucher', code: random.pick(codes) });
  if (isGuest && random.chance(0.4)) deeds.push({ do: 'sign in' });
  const checkOut = (key: number): Deed => ({
    do: 'check out',
    key,
    times: random.chance(0.2) ? 2 : 1,
    isAsync: random.chance(0.15),
    hasty: random.chance(0.15),
    other: false,
    priced: random.chance(0.15),
  });
  deeds.push(checkOut(round));
  if (random.chance(0.25))
    deeds.push({ ...(checkOut(round) as Deed & { do: 'check out' }), other: random.chance(0.2) });
  if (random.chance(0.15)) deeds.push({ do: 'follow', key: round });
  if (random.chance(0.35)) deeds.push({ do: 'cancel', key: round, keyed: random.chance(0.5) });
  return deeds.map((deed) => ({ waitMs: waitMs(), ...deed }));
};

const adminActionOf = ({ random, skus, codes }: Actors): AdminAction => {
  const waitMs = random.below(2_500);
  const sku = random.pick(skus);
  const code = codes.length > 0 ? random.pick(codes) : undefined;
  const draw = random.fraction();
  if (draw < 0.25)
    return { waitMs, do: 'adjust', sku, delta: random.pick([-3, -1, -1, 1, 2, 5]), keyed: random.chance(0.5) };
  if (draw < 0.46) return { waitMs, do: 'reprice', sku, price: random.pick([1, 120, 500, 2_500]) };
  if (draw < 0.5) return { waitMs, do: 'take away', sku };
  if (draw < 0.57) return { waitMs, do: 'bring back', sku, price: random.pick([1, 120, 500]) };
  if (draw < 0.64) return { waitMs, do: 'hide', sku, status: random.pick(['active', 'archived'] as const) };
  if (draw < 0.7 && code) return { waitMs, do: 'raise limit', code, by: 1 };
  if (draw < 0.74 && code) return { waitMs, do: 'stop voucher', code };
  if (draw < 0.78 && code) return { waitMs, do: 'revalue', code, value: random.pick([100, 2_000]) };
  if (draw < 0.84) return { waitMs, do: 'retry parked' };
  if (draw < 0.94)
    return { waitMs, do: 'advance orders', to: random.pick(['shipped', 'shipped', 'delivered'] as const) };
  return { waitMs, do: 'cancel any' };
};

const noRates: Rates = {
  refused: 0,
  answerLost: 0,
  crashBefore: 0,
  crashAfter: 0,
  lost: 0,
  repeated: 0,
  delayed: 0,
  redelivered: 0,
};

/** Some kinds of faults are left out of a history altogether, so that the others show what they can do alone. */
const ratesOf = (random: Random): Rates => {
  const rate = (most: number) => (random.chance(0.5) ? most * random.fraction() ** 2 : 0);
  return {
    refused: rate(0.02),
    answerLost: rate(0.02),
    crashBefore: rate(0.004),
    crashAfter: rate(0.006),
    lost: rate(0.06),
    repeated: rate(0.12),
    delayed: rate(0.2),
    redelivered: rate(0.2),
  };
};
