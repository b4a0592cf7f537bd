import { serversOf } from '../../deploy/local/detours.ts';
import type { Replicas } from '../../deploy/local/replicas.ts';
import type { PartName, ServerName } from '../../deploy/local/state.ts';
import { type ServiceName, serviceNames } from '../../deploy/services.ts';
import { deckOf, type Random, seededRandom } from './random.ts';

/** A process of the stack. */
export interface Target {
  part: PartName;
  /** Counted from 1. */
  replica: number;
}

/** What Toxiproxy does to bytes, in its own words. */
export type Toxic =
  | { type: 'latency'; latency: number; jitter: number }
  | { type: 'reset_peer'; timeout: number }
  | { type: 'timeout'; timeout: 0 }
  | { type: 'bandwidth'; rate: number }
  | { type: 'limit_data'; bytes: number };

/** One thing that goes wrong, and for how long. */
export type Fault = { forMs: number } & (
  | ({ kind: 'kill' | 'pause' | 'full log' } & Target)
  | ({ kind: 'clock'; byMs: number } & Target)
  | { kind: 'wire'; server: ServerName; services: ServiceName[]; toxic: Toxic }
);

/** Faults that begin together, and how long the shop is left alone before them. */
export interface Blow {
  pauseMs: number;
  faults: Fault[];
}

const servers: readonly ServerName[] = ['postgres', 'mongo', 'kafka', 'redis'];

/** How often each kind comes in a deck. */
const kinds: readonly Fault['kind'][] = [
  ...Array.from({ length: 10 }, () => 'kill' as const),
  'pause',
  'pause',
  'wire',
  'wire',
  'wire',
  'full log',
  'clock',
];

const toxics = (random: Random): (() => Toxic) => {
  const deal = deckOf(random, ['latency', 'reset_peer', 'timeout', 'bandwidth', 'limit_data'] as const);
  return () => {
    const type = deal();
    if (type === 'latency') return { type, latency: random.between(50, 1_500), jitter: random.between(10, 500) };
    if (type === 'reset_peer') return { type, timeout: random.pick([0, 100, 1_000]) };
    if (type === 'timeout') return { type, timeout: 0 };
    if (type === 'bandwidth') return { type, rate: random.pick([1, 4, 16]) };
    return { type, bytes: random.pick([200, 5_000, 50_000]) };
  };
};

const targetsOf = (replicas: Replicas): Target[] =>
  serviceNames.flatMap((part) => Array.from({ length: replicas[part] }, (_, at) => ({ part, replica: at + 1 })));

/** What one fault touches; two that touch the same don't come together. */
export const touched = (fault: Fault): string =>
  fault.kind === 'wire' ? fault.server : `${fault.part} ${fault.replica}`;

/**
 * Blow after blow, without end; the same seed and replicas give the same ones. Kinds, processes and servers are dealt
 * from decks, so that each has come once before any comes twice.
 */
export function* planBlows(seed: number, replicas: Replicas): Generator<Blow, never, void> {
  const random = seededRandom(seed);
  const services = targetsOf(replicas);
  const everything: Target[] = [...services, ...[...servers, 'edge' as const].map((part) => ({ part, replica: 1 }))];
  const dealKind = deckOf(random, kinds);
  const dealKilled = deckOf(random, everything);
  const dealPaused = deckOf(random, everything);
  const dealService = deckOf(random, services);
  const dealServer = deckOf(random, servers);
  const dealToxic = toxics(random);

  const plan = (kind: Fault['kind']): Fault => {
    if (kind === 'kill') return { kind, ...dealKilled(), forMs: random.between(200, 5_000) };
    if (kind === 'pause') return { kind, ...dealPaused(), forMs: random.between(1_000, 12_000) };
    if (kind === 'full log') return { kind, ...dealService(), forMs: random.between(2_000, 5_000) };
    if (kind === 'clock') {
      const byMs = random.pick([-1, 1]) * random.pick([1_500, 5_000, 20_000, 90_000, 600_000]);
      return { kind, ...dealService(), byMs, forMs: random.between(3_000, 8_000) };
    }
    const server = dealServer();
    const those = serviceNames.filter((name) => serversOf(name).includes(server));
    const alone = random.chance(0.6);
    const toxic = dealToxic();
    return {
      kind,
      server,
      services: alone ? [random.pick(those)] : those,
      toxic,
      forMs: random.between(3_000, 10_000),
    };
  };

  for (;;) {
    const faults = [plan(dealKind())];
    if (random.chance(0.5)) {
      const second = plan(dealKind());
      if (faults.every((first) => touched(first) !== touched(second))) faults.push(second);
    }
    yield { pauseMs: random.between(500, 2_500), faults };
  }
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const toxicWords = (toxic: Toxic): string => {
  if (toxic.type === 'latency') return `${toxic.latency} ± ${toxic.jitter} ms late`;
  if (toxic.type === 'reset_peer') return `reset after ${toxic.timeout} ms`;
  if (toxic.type === 'timeout') return 'nothing gets through';
  if (toxic.type === 'bandwidth') return `${toxic.rate} kB/s`;
  return `cut after ${toxic.bytes} bytes`;
};

/** A fault in words: what is hit, and how. */
export const describeFault = (fault: Fault): string => {
  if (fault.kind === 'wire') {
    const who = fault.services.length === 1 ? fault.services[0] : 'all services';
    return `${who} → ${fault.server}: ${toxicWords(fault.toxic)}, for ${inSeconds(fault.forMs)}`;
  }
  const { part, replica, forMs } = fault;
  const whom = `${part}${serviceNames.some((name) => name === part) ? ` ${replica}` : ''}`;
  if (fault.kind === 'clock') return `${whom}'s clock jumps by ${inSeconds(fault.byMs)}, for ${inSeconds(forMs)}`;
  if (fault.kind === 'kill') return `kill -9 ${whom}, away for ${inSeconds(forMs)}`;
  if (fault.kind === 'pause') return `SIGSTOP ${whom}, for ${inSeconds(forMs)}`;
  return `${whom} logs to a full disk, for ${inSeconds(forMs)}`;
};

/** What it counts as in the report. */
export const classOf = (fault: Fault): string => {
  if (fault.kind === 'wire') return `wire: ${fault.toxic.type}`;
  if (fault.kind === 'kill' || fault.kind === 'pause') {
    const isService = serviceNames.some((name) => name === fault.part);
    return `${fault.kind}: ${isService ? 'a service' : fault.part}`;
  }
  return fault.kind;
};
