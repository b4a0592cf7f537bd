import type { Random } from './random.ts';
import { type ServiceName, serviceNames } from './service-names.ts';

/** What goes wrong at a moment of its own. */
export type Trouble = { atMs: number } & (
  | { kind: 'crash'; service: ServiceName; index: number; downMs: number }
  | { kind: 'crash of all'; downMs: number }
  | { kind: 'pause'; service: ServiceName; index: number; ms: number }
  /** The next process of order that comes to this point, a port or a command, stands still before it, and then goes on. */
  | { kind: 'stall'; at: string; ms: number }
  /** When the next process of order has called this port, all of them die. */
  | { kind: 'blackout'; at: string; downMs: number }
  | { kind: 'clock jump'; service: ServiceName; index: number; ms: number }
  | { kind: 'outage'; service: ServiceName; port: string; ms: number }
  | { kind: 'rebalance'; group: string }
  | { kind: 'rewind'; group: string; back: number }
  | { kind: 'flush of locks' }
  /** The next so many commands of this kind come late. */
  | { kind: 'late commands'; path: string; times: number }
);

const ports = ['', 'store', 'outbox', 'log', 'inbox'] as const;
const groups = ['inventory', 'cart', 'discount', 'order'] as const;

const commands = ['/internal/cart/lock', '/internal/discount/apply', '/internal/inventory/reserve'] as const;

/** The kinds of trouble, and how often one comes for each of the others. */
const kindsOfTrouble = (Object.entries as <Key extends string>(of: Record<Key, number>) => [Key, number][])({
  crash: 30,
  'crash of all': 5,
  pause: 15,
  'clock jump': 10,
  outage: 12,
  rebalance: 6,
  rewind: 7,
  'late commands': 12,
  'flush of locks': 3,
} satisfies Partial<Record<Trouble['kind'], number>>).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind),
);

export const troubleOf = (random: Random, replicas: Record<ServiceName, number>): Trouble => {
  const atMs = random.below(random.chance(0.8) ? 2_500 : 9_000);
  const kind = random.pick(kindsOfTrouble);
  const service = random.pick(serviceNames);
  const who = (favourite: ServiceName, share: number) => {
    const chosen = random.chance(share) ? favourite : service;
    return { service: chosen, index: random.below(replicas[chosen]) };
  };
  /** Mostly short, now and then longer than a deadline. */
  const some = (short: number, long: number) => random.between(50, random.chance(0.75) ? short : long);
  switch (kind) {
    case 'crash':
      return { atMs, kind, ...who('order', 0.4), downMs: some(1_500, 6_000) };
    case 'crash of all':
      return { atMs, kind, downMs: some(1_000, 3_000) };
    case 'pause':
      return { atMs, kind, ...who('order', 0.4), ms: some(5_000, 14_000) };
    case 'clock jump':
      return { atMs, kind, ...who('order', 0), ms: random.between(-20_000, 60_000) };
    case 'outage':
      return { atMs, kind, service, port: random.pick(ports), ms: some(3_000, 14_000) };
    case 'rebalance':
      return { atMs, kind, group: random.pick(groups) };
    case 'rewind':
      return { atMs, kind, group: random.pick(groups), back: random.between(1, 5) };
    case 'late commands':
      return { atMs, kind, path: random.pick(commands), times: random.between(1, 6) };
    case 'flush of locks':
      return { atMs, kind };
  }
};

/** So long that sagas are given to an operator. */
export const LONG_MS = 480_000;

export const longTrouble = (random: Random): Trouble =>
  random.chance(0.4)
    ? { atMs: random.below(1_500), kind: 'crash', service: 'cart', index: 0, downMs: LONG_MS }
    : {
        atMs: random.below(1_500),
        kind: 'outage',
        service: random.pick(['inventory', 'cart', 'discount'] as const),
        port: random.pick(['', 'outbox', 'inbox']),
        ms: LONG_MS,
      };

/** Where owners of sagas stand still: before what they ask of others, and before each of their decisions. */
const turningPoints = [
  'store.begin',
  '/internal/cart/lock',
  '/internal/discount/apply',
  '/internal/inventory/reserve',
  'store.compensate',
  'store.pivot',
  'store.pivot',
  '/internal/cart/complete',
  'store.finish',
] as const;

/** Longer than the lease of an owner, which is 3 s, and up to beyond a deadline, which is 10 s. */
const stallOf = (random: Random, atMs: number): Trouble => {
  const ms = random.chance(0.5) ? random.between(3_100, 10_000) : random.between(10_000, 15_000);
  return { atMs, kind: 'stall', at: random.pick(turningPoints), ms };
};

/**
 * What owners of sagas fear most, in some histories: one that stands still where it decides, is taken for dead, and
 * goes on while another has the saga, which may stand still in its turn, believe that it is later, or reach nobody; or
 * all of them die just after an order was placed, for so long that holds ask what became of it.
 */
export const ambushesOf = (random: Random): Trouble[] => {
  const atMs = random.below(800);
  if (random.chance(0.015))
    return [
      {
        atMs,
        kind: 'blackout',
        at: random.pick(['store.pivot', 'store.begin']),
        downMs: random.between(66_000, 90_000),
      },
    ];
  if (!random.chance(0.05)) return [];
  const troubles = [stallOf(random, atMs)];
  if (random.chance(0.6)) troubles.push(stallOf(random, atMs + random.pick([0, 2_500])));
  const takenOverMs = atMs + random.between(500, 4_000);
  if (random.chance(0.4))
    troubles.push({
      atMs: takenOverMs,
      kind: 'clock jump',
      service: 'order',
      index: random.below(2),
      ms: random.between(5_000, 30_000),
    });
  if (random.chance(0.3))
    troubles.push({
      atMs: takenOverMs,
      kind: 'outage',
      service: random.pick(['cart', 'discount', 'inventory'] as const),
      port: 'store',
      ms: random.between(5_000, 14_000),
    });
  return troubles;
};

/** How long a history must go on for an ambush to come to its end. */
export const lingerFor = (trouble: Trouble): number =>
  trouble.kind === 'blackout'
    ? trouble.downMs + 5_000
    : trouble.kind === 'stall'
      ? trouble.atMs + trouble.ms + 2_000
      : 0;
