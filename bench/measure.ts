import { setTimeout as pause } from 'node:timers/promises';
import type { CountersReader } from './durable.ts';
import { medians, paceOf, type Round } from './figures.ts';
import type { CpuTimes } from './processes.ts';
import type { Row, ScenarioName } from './result.ts';
import { runRound, untilSteady } from './rounds.ts';
import type { Scenario } from './scenario.ts';

export interface Gauges {
  /** The CPU time of every process of the shop so far, and of this one as `load`. */
  cpu: () => Promise<CpuTimes>;
  counters: Pick<CountersReader, 'read'>;
}

export interface Measure {
  name: ScenarioName;
  scenario: Scenario;
  clients: number;
  rounds: number;
  seconds: number;
  gauges: Gauges;
}

/** After a round events still move: what that costs belongs to the round, and servers tell their counters late. */
const settleMs = 1_000;
const mostWork = 2_500;

interface Measured {
  round: Round;
  cpu: Record<string, number>;
  durable: Record<string, number>;
  /** CPU milliseconds that the load took while the clock ran. */
  loadMs: number;
  counts: Record<string, number>;
}

const perPiece = (after: Record<string, number>, before: Record<string, number>, pieces: number) =>
  Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, (value - (before[name] ?? 0)) / Math.max(1, pieces)]),
  );

const measureRound = async ({ scenario, clients, gauges }: Measure, count: number): Promise<Measured> => {
  const work = await scenario.prepare(count);
  await pause(settleMs);
  const [cpuBefore, countersBefore] = [await gauges.cpu(), await gauges.counters.read()];
  const round = await runRound(clients, work);
  const loadMs = ((await gauges.cpu()).load ?? 0) - (cpuBefore.load ?? 0);
  await pause(settleMs);
  const [cpuAfter, countersAfter] = [await gauges.cpu(), await gauges.counters.read()];
  return {
    round,
    loadMs,
    cpu: perPiece(cpuAfter, cpuBefore, work.length),
    durable: perPiece(countersAfter, countersBefore, work.length),
    counts: (await scenario.counts?.()) ?? {},
  };
};

const added = (all: readonly Record<string, number>[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const one of all) for (const [name, times] of Object.entries(one)) sum[name] = (sum[name] ?? 0) + times;
  return sum;
};

const warmClients = 32;
const warmWork = 1_500;

/**
 * Works until what comes a second rises no more, at most so many rounds. Node compiles what it runs often, again and
 * again for the first ten thousand checkouts; a shop that is measured has run for days.
 */
export const warmUp = (scenario: Scenario, mostRounds: number, signal: AbortSignal): Promise<number> =>
  untilSteady(async () => {
    if (signal.aborted) return 0;
    return paceOf(await runRound(warmClients, await scenario.prepare(warmWork))).perSecond;
  }, mostRounds);

/** The row, and the share of the machine that was left for the shop while the load ran. */
export interface Measurement {
  row: Row;
  /** CPU milliseconds a second that making the load took. */
  loadMsPerSecond: number;
}

/**
 * Finds out how much work is a round's, and measures the rounds. One more goes before them and is not counted: in it
 * connections are made, and what only this scenario does is compiled.
 */
export const measure = async (what: Measure, fixed?: number): Promise<Measurement> => {
  const { name, scenario, clients, rounds, seconds } = what;
  const warm = fixed ?? Math.max(40, clients * 3);
  const { perSecond } = fixed ? { perSecond: 0 } : paceOf(await runRound(clients, await scenario.prepare(warm)));
  const count = fixed ?? Math.round(Math.min(mostWork, Math.max(30, clients * 3, perSecond * seconds)));
  const measured: Measured[] = [];
  for (let at = 0; at <= rounds; at += 1) measured.push(await measureRound(what, count));
  measured.shift();
  const told = added(measured.map(({ round }) => round.errors));
  const row: Row = {
    scenario: name,
    clients,
    rounds,
    work: count,
    ...medians(measured.map(({ round }) => ({ ...paceOf(round) }))),
    errors: Object.values(told).reduce((sum, times) => sum + times, 0),
    told,
    cpu: medians(measured.map(({ cpu }) => cpu)),
    durable: medians(measured.map(({ durable }) => durable)),
    counts: medians(measured.map(({ counts }) => counts)),
  };
  const loads = medians(measured.map(({ loadMs, round }) => ({ load: (loadMs * 1000) / round.ms })));
  return { row, loadMsPerSecond: loads.load ?? 0 };
};
