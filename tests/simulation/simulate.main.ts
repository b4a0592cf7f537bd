import { BadArguments, readArguments, usage, type Wanted } from './arguments.ts';
import { startRealStores } from './backend.postgres.ts';
import { playOnThreads } from './crew.ts';
import type { Outcome } from './history.ts';
import { planOf } from './plan.ts';
import { type PlayOptions, playSeed } from './play-seed.ts';
import { addOutcome, coverageTable, emptyTally, type Tally } from './report.ts';
import { shrink } from './shrink.ts';

/** `npm run simulate`: exit code 0 when every promise was kept, 1 when one was broken, 2 for bad arguments. */
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A line that is written over, where somebody looks at a terminal. */
const progress = (line: string): void => {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
};

const plural = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? what.replace(/ies$/, 'y') : what}`;

const summary = ({ histories, steps, calls, ms }: Tally, seconds: number): string =>
  `${plural(histories, 'histories')} in ${seconds.toFixed(1)} s, ${Math.round(histories / seconds)} a second; ` +
  `each ${Math.round(steps / histories)} steps, ${Math.round(calls / histories)} calls of ports, ` +
  `${Math.round(ms / histories / 1000)} s of its own time`;

const replay = (seed: number, leftOut: readonly string[], stores: string): string =>
  `npm run simulate -- --seed ${seed}${leftOut.length > 0 ? ` --without ${leftOut.join(',')}` : ''}` +
  `${stores === 'postgres' ? ' --stores postgres' : ''} --trace`;

/** Shrinks a history that failed, and tells the shortest one that was found. */
const tellFailure = async (
  failed: Outcome,
  stores: string,
  play: (seed: number, options: PlayOptions) => Promise<Outcome>,
) => {
  const { seed } = failed;
  say(`\nSeed ${seed}: ${failed.breach?.message}`);
  say('Leaving out what is not needed for it…');
  const { leftOut, outcome } = await shrink(planOf(seed), failed, (names) => play(seed, { leftOut: names }));
  const lines: string[] = [];
  await play(seed, { leftOut, onLine: (line) => lines.push(line) });
  say(lines.slice(-150).join('\n'));
  say(`\n${outcome.breach?.message}`);
  say(
    `The last ${Math.min(150, lines.length)} lines of ${lines.length}; all of them:\n  ${replay(seed, leftOut, stores)}`,
  );
};

const playOne = async (wanted: Wanted, play: typeof playSeed): Promise<boolean> => {
  const { from: seed, leftOut, trace } = wanted;
  const outcome = await play(seed, { leftOut, ...(trace && { onLine: say }) });
  const { breach, steps, calls, faults, ms, fingerprint } = outcome;
  say(
    `Seed ${seed}: ${steps} steps, ${calls} calls of ports, ${plural(faults, 'faults')}, ${Math.round(ms / 1000)} s of its own time, fingerprint ${fingerprint}`,
  );
  say(breach ? `${breach.message}` : 'Every promise was kept.');
  if (wanted.coverage) say(coverageTable(tallyOf(outcome)));
  return breach === undefined;
};

const tallyOf = (...outcomes: Outcome[]): Tally => {
  const tally = emptyTally();
  for (const outcome of outcomes) addOutcome(tally, outcome);
  return tally;
};

const playMany = async (wanted: Wanted, play: typeof playSeed, isReal: boolean): Promise<boolean> => {
  const { from, seeds, workers, stores } = wanted;
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  const onProgress = (tally: Tally) => progress(`${tally.histories} of ${seeds}: ${summary(tally, seconds())}`);
  const report = isReal
    ? await playInTurn(wanted, play, onProgress)
    : await playOnThreads({ seeds: { from, to: from + seeds }, workers, mostFailures: 1, onProgress });
  progress('');
  say(summary(report.tally, seconds()));
  if (wanted.coverage) say(coverageTable(report.tally));
  const [failed] = report.failures;
  if (failed) await tellFailure(failed, stores, play);
  else say('Every promise was kept.');
  return failed === undefined;
};

const playInTurn = async ({ from, seeds }: Wanted, play: typeof playSeed, onProgress: (tally: Tally) => void) => {
  const tally = emptyTally();
  const failures: Outcome[] = [];
  for (let seed = from; seed < from + seeds && failures.length === 0; seed += 1) {
    const outcome = await play(seed);
    addOutcome(tally, outcome);
    if (outcome.breach) failures.push(outcome);
    onProgress(tally);
  }
  return { tally, failures };
};

const main = async (): Promise<number> => {
  const wanted = readArguments(process.argv.slice(2));
  const real = wanted.stores === 'postgres' ? await startRealStores() : undefined;
  try {
    const play: typeof playSeed = (seed, options) => playSeed(seed, { ...options, real });
    const isKept = wanted.isOne ? await playOne(wanted, play) : await playMany(wanted, play, real !== undefined);
    return isKept ? 0 : 1;
  } finally {
    await real?.close();
  }
};

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BadArguments)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}\n`);
  process.exitCode = 2;
}
