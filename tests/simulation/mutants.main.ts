import { parseArgs } from 'node:util';
import { playOnThreads } from './crew.ts';
import { mutants } from './mutants.ts';
import { type Mutant, mutated } from './mutate.ts';

/**
 * `npm run simulate:mutants`: plants each bug of mutants.ts, one at a time, and simulates until it is found. Exit code 0
 * when each was found, 1 when one was not, 2 for bad arguments.
 */
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const usage = 'npm run simulate:mutants -- [--only "part of a name"] [--seeds 3000] [--workers 2]';

const wanted = (): { chosen: readonly Mutant[]; seeds: number; workers: number } | string => {
  try {
    const { only, seeds, workers } = parseArgs({
      options: {
        only: { type: 'string' },
        seeds: { type: 'string', default: '3000' },
        workers: { type: 'string', default: '2' },
      },
    }).values;
    const chosen = mutants.filter(({ name }) => only === undefined || name.includes(only));
    if (chosen.length === 0) return `There is no mutant with "${only}" in its name`;
    const [most, threads] = [Number(seeds), Number(workers)];
    if (!Number.isInteger(most) || most < 1) return `--seeds takes a whole number from 1, not "${seeds}"`;
    if (!Number.isInteger(threads) || threads < 1) return `--workers takes a whole number from 1, not "${workers}"`;
    return { chosen, seeds: most, workers: threads };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const main = async (): Promise<number> => {
  const arguments_ = wanted();
  if (typeof arguments_ === 'string') {
    process.stderr.write(`${arguments_}\n\n${usage}\n`);
    return 2;
  }
  const { chosen, seeds, workers } = arguments_;
  // A bug whose place is gone proves nothing: all are looked at before the first is planted.
  for (const mutant of chosen) mutated(mutant);
  say('| bug | file | found by | seeds |\n|---|---|---|---|');
  let missed = 0;
  for (const mutant of chosen) {
    const { failures } = await playOnThreads({ seeds: { from: 1, to: seeds + 1 }, workers, mutant, mostFailures: 1 });
    const [found] = failures;
    if (!found) missed += 1;
    const by = found ? `${found.breach?.promise} | ${found.seed}` : `**not found** | over ${seeds}`;
    say(`| ${mutant.name} | ${mutant.file} | ${by} |`);
    if (process.stderr.isTTY && found) process.stderr.write(`    ${found.breach?.message.slice(0, 160)}\n`);
  }
  say(missed === 0 ? `\nAll ${chosen.length} were found.` : `\n${missed} of ${chosen.length} were not found.`);
  return missed === 0 ? 0 : 1;
};

process.exitCode = await main();
