import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@shop/platform/time/system.ts';
import { lastingBreaches, reconcile } from '../../apps/reconcile/reconcile.ts';
import { stackBooks } from '../../apps/reconcile/stack.ts';
import { askAgain } from './again.ts';
import { type Asking, createAsking } from './asking.ts';
import { runBuyer } from './buyer.ts';
import { type Endured, type EndureOptions, endure } from './endure.ts';
import { guardProcesses } from './guard.ts';
import { type Health, watchHealth } from './health.ts';
import { type Chronicle, type History, openChronicle, type Second } from './history.ts';
import { openStall, runKeeper, type Stall } from './keeper.ts';
import { planBlows } from './plan.ts';
import { seededRandom } from './random.ts';
import { type FaultRecord, lateAfter, type RunRecord, summarise } from './record.ts';
import { comeToRest, type Rest } from './rest.ts';
import { type Person, personWith } from './shopper.ts';
import type { Stage } from './stage.ts';
import { readStored } from './stored.ts';
import { createStriker, type Striker } from './strike.ts';
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

const totalsOf = (
  { purchases, shoppers, adjustments }: History,
  seconds: readonly Second[],
  faults: readonly FaultRecord[],
  rest: Rest,
): RunRecord['totals'] => {
  const sum = (what: keyof Second) => seconds.reduce((total, one) => total + one[what], 0);
  const kills = faults.reduce(
    (total, { fault: { kind } }) => total + (kind === 'kill' ? 1 : kind === 'full log' ? 2 : 0),
    0,
  );
  return {
    faults: faults.length,
    kills,
    checkoutsCompleted: sum('completed'),
    checkoutsRefused: sum('refused'),
    cancelled: purchases.filter(({ cancel }) => cancel === 'acknowledged').length,
    shoppers: shoppers.length,
    adjustments: adjustments.length,
    answered: sum('answered'),
    turnedAway: sum('turnedAway'),
    unanswered: sum('unanswered'),
    parkedRetried: rest.retried,
  };
};

/** Whoever still waits for an answer so long after the last fault waits in vain. */
const PATIENCE_MS = 240_000;

interface Watch {
  chronicle: Chronicle;
  asking: Asking;
  admin: Person;
  stall: Stall;
  striker: Striker;
  health: Health;
}

/** Customers and the admin at work until `going` ends; answers who is still waiting long after, in sentences. */
const sellWhile = async (until: Promise<unknown>, seed: number, watch: Watch): Promise<string[]> => {
  const { chronicle, asking, admin, stall } = watch;
  let selling = true;
  const going = () => selling;
  const goods = { skus: Object.keys(stall.stock), vouchers: stall.vouchers.map(({ code }) => code) };
  const people = [
    ...Array.from({ length: BUYERS }, (_, at) =>
      runBuyer({ asking, chronicle, random: seededRandom(seed + 1 + at), goods, going }),
    ),
    runKeeper({ admin, stall, chronicle, random: seededRandom(seed), going }),
  ];
  let waiting = people.length;
  for (const person of people) void person.then(() => (waiting -= 1));
  await until.finally(() => {
    selling = false;
  });
  await Promise.race([Promise.all(people), pause(PATIENCE_MS, undefined, { ref: false })]);
  return waiting === 0
    ? []
    : [`${waiting} people still wait for an answer, ${PATIENCE_MS / 1000} s after the last fault`];
};

const describeRun = (stage: Stage, { minutes, seed }: ChaosOptions, startedAt: string) => ({
  version: 1 as const,
  seed,
  minutes,
  startedAt,
  machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`,
  replicas: stage.replicas,
});

/** Lets the shop come to rest, and looks for what was lost. */
const lookBack = async (stage: Stage, { chronicle, asking, admin, stall }: Watch, { seed, report }: ChaosOptions) => {
  const { history } = chronicle;
  report('the load has stopped; waiting until every saga has ended …');
  const from = chronicle.elapsed();
  const rest = await comeToRest(admin, chronicle);
  const rested = chronicle.elapsed();
  const found = await findBreaches(stage, history, stall, report);
  const forgotten = await askAgain(asking, history, seededRandom(seed));
  const [quiesceMs, verifyMs] = [Math.round(rested - from), Math.round(chronicle.elapsed() - rested)];
  return { rest, quiesceMs, verifyMs, breaches: [...rest.breaches, ...found, ...forgotten] };
};

/** Loads the shop of a stage, has faults happen to it, lets it come to rest, and looks for what was lost. */
export const runChaos = async (stage: Stage, options: ChaosOptions): Promise<RunRecord> => {
  const { minutes, seed, report } = options;
  const about = describeRun(stage, options, new Date().toISOString());
  const chronicle = openChronicle(report);
  const { history } = chronicle;
  const asking = createAsking(stage.stack.url, chronicle);
  const admin = await personWith(asking, stage.stack.secrets.admin);
  const stall = await openStall(admin);
  const striker = createStriker({ ...stage, report });
  const health = watchHealth({ url: stage.stack.url, database: stage.books.order, chronicle, freshMs: FRESH_MS });
  const guard = guardProcesses(stage.stack, striker, report);
  const watch: Watch = { chronicle, asking, admin, stall, striker, health };
  try {
    const suffering = pause(WARM_UP_MS).then(() => sufferFor(minutes * 60_000, stage, seed, { ...watch, report }));
    const waiting = await sellWhile(suffering, seed, watch);
    const faults = await suffering;
    const faultsMs = Math.round(chronicle.elapsed());
    // What follows is no load.
    const seconds = structuredClone(history.seconds);
    const { rest, quiesceMs, verifyMs, breaches } = await lookBack(stage, watch, options);
    return {
      ...about,
      durations: { faultsMs, quiesceMs, verifyMs },
      totals: totalsOf(history, seconds, faults, rest),
      faults,
      classes: summarise(faults),
      seconds,
      breaches: [...waiting, ...breaches, ...guard.deaths, ...history.wrong],
      late: faults.flatMap(lateAfter),
    };
  } finally {
    await guard.stop();
    await health.stop();
  }
};
