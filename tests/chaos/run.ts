import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@shop/platform/time/system.ts';
import { lastingBreaches, reconcile } from '../../apps/reconcile/reconcile.ts';
import { stackBooks } from '../../apps/reconcile/stack.ts';
import { askAgain } from './again.ts';
import { createAsking } from './asking.ts';
import { runBuyer } from './buyer.ts';
import { type Endured, type EndureOptions, endure, RECOVERY_MS } from './endure.ts';
import { guardProcesses } from './guard.ts';
import { watchHealth } from './health.ts';
import { type History, openChronicle } from './history.ts';
import { openStall, runKeeper, type Stall } from './keeper.ts';
import { planBlows } from './plan.ts';
import { seededRandom } from './random.ts';
import { type FaultRecord, type RunRecord, summarise } from './record.ts';
import { comeToRest, type Rest } from './rest.ts';
import { personWith } from './shopper.ts';
import type { Stage } from './stage.ts';
import { readStored } from './stored.ts';
import { createStriker } from './strike.ts';
import { verify } from './verify.ts';

export interface ChaosOptions {
  minutes: number;
  seed: number;
  report: (sentence: string) => void;
}

const BUYERS = 5;
/** An unfinished saga that is older counts as held up. */
const FRESH_MS = 5_000;
/** Nothing is done to the shop before it has sold so long. */
const WARM_UP_MS = 3_000;

const didNotRecover = ({ what, recovery }: FaultRecord): string[] =>
  (['process', 'checkouts', 'ready', 'sagas'] as const)
    .filter((name) => recovery[name] === undefined)
    .map((name) => `${what}: ${name} not back within ${RECOVERY_MS / 1000} s`);

/** Blow after blow, until the time is over. */
const sufferFor = async (ms: number, stage: Stage, seed: number, options: EndureOptions): Promise<FaultRecord[]> => {
  const { chronicle } = options;
  const end = chronicle.elapsed() + ms;
  const endured: Endured[] = [];
  for (const { pauseMs, faults } of planBlows(seed, stage.replicas)) {
    await pause(pauseMs);
    if (chronicle.elapsed() > end) break;
    endured.push(...(await Promise.all(faults.map((fault) => endure(options, fault, faults.length > 1)))));
  }
  await Promise.all(endured.map(({ settled }) => settled));
  return endured.map(({ record }) => record);
};

/** Everything that is wrong once all is at rest. */
const findBreaches = async (
  { books: urls }: Stage,
  history: History,
  stall: Stall,
  report: ChaosOptions['report'],
): Promise<string[]> => {
  const books = await stackBooks(urls);
  try {
    report('comparing the books of all services (I1 to I7) …');
    const breaches = await lastingBreaches(() => reconcile(books), systemClock, { lookForMs: 60_000 });
    report('comparing what clients were told with what is stored …');
    return [...breaches, ...verify(history, stall, await readStored(books))];
  } finally {
    await books.close();
  }
};

const totalsOf = (history: History, faults: readonly FaultRecord[], rest: Rest): RunRecord['totals'] => {
  const sum = (what: keyof History['seconds'][number]) => history.seconds.reduce((total, one) => total + one[what], 0);
  const kills = faults.reduce(
    (total, { fault: { kind } }) => total + (kind === 'kill' ? 1 : kind === 'full log' ? 2 : 0),
    0,
  );
  return {
    faults: faults.length,
    kills,
    checkoutsCompleted: sum('completed'),
    checkoutsRefused: sum('refused'),
    cancelled: history.purchases.filter(({ cancel }) => cancel === 'acknowledged').length,
    shoppers: history.shoppers.length,
    adjustments: history.adjustments.length,
    answered: sum('answered'),
    turnedAway: sum('turnedAway'),
    unanswered: sum('unanswered'),
    parkedRetried: rest.retried,
  };
};

/** Loads the shop of a stage, has faults happen to it, lets it come to rest, and looks for what was lost. */
export const runChaos = async (stage: Stage, { minutes, seed, report }: ChaosOptions): Promise<RunRecord> => {
  const { stack } = stage;
  const startedAt = new Date().toISOString();
  const chronicle = openChronicle();
  const { history } = chronicle;
  const asking = createAsking(stack.url, chronicle);
  const admin = await personWith(asking, stack.secrets.admin);
  const stall = await openStall(admin);
  const striker = createStriker({ ...stage, report });
  const health = watchHealth({ url: stack.url, database: stage.books.order, chronicle, freshMs: FRESH_MS });
  const guard = guardProcesses(stack, striker, report);

  let selling = true;
  const going = () => selling;
  const goods = { skus: Object.keys(stall.stock), vouchers: stall.vouchers.map(({ code }) => code) };
  const people = Promise.all([
    ...Array.from({ length: BUYERS }, (_, at) =>
      runBuyer({ asking, chronicle, random: seededRandom(seed + 1 + at), goods, going }),
    ),
    runKeeper({ admin, stall, chronicle, random: seededRandom(seed), going }),
  ]);
  const suffering = async (): Promise<FaultRecord[]> => {
    await pause(WARM_UP_MS);
    try {
      return await sufferFor(minutes * 60_000, stage, seed, { striker, chronicle, health, report });
    } finally {
      selling = false;
    }
  };
  const [faults] = await Promise.all([suffering(), people]);
  const faultsMs = chronicle.elapsed();

  report('the load has stopped; waiting until every saga has ended …');
  const rest = await comeToRest(admin, chronicle);
  const quiesceMs = chronicle.elapsed() - faultsMs;
  const breaches = [
    ...faults.flatMap(didNotRecover),
    ...rest.breaches,
    ...(await findBreaches(stage, history, stall, report)),
    ...(await askAgain(asking, history, seededRandom(seed))),
  ];
  await guard.stop();
  await health.stop();
  return {
    version: 1,
    seed,
    minutes,
    startedAt,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
    replicas: stage.replicas,
    durations: {
      faultsMs: Math.round(faultsMs),
      quiesceMs: Math.round(quiesceMs),
      verifyMs: Math.round(chronicle.elapsed() - faultsMs - quiesceMs),
    },
    totals: totalsOf(history, faults, rest),
    faults,
    classes: summarise(faults),
    seconds: history.seconds,
    breaches: [...breaches, ...guard.deaths, ...history.wrong],
  };
};
