import { parseArgs } from 'node:util';
import { playOnThreads } from './crew.ts';
import type { Outcome } from './history.ts';
import { postgresMutants } from './mutants.postgres.ts';
import { mutants } from './mutants.ts';
import { type Mutant, mutated, mutatedFunction } from './mutate.ts';

/**
 * `npm run simulate:mutants`: plants each bug of mutants.ts and mutants.postgres.ts, one at a time, and simulates until
 * it is found. Exit code 0 when each was found, 1 when one was not, 2 for bad arguments.
 */
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const usage = 'npm run simulate:mutants -- [--only "part of a name"] [--seeds 3000] [--workers 2]';

/** Histories on PostgreSQL take a hundred times as long; those that a twin in memory has led to come first. */
const MOST_ON_POSTGRES = 100;

const all = [...mutants, ...postgresMutants];

const wanted = (): { chosen: readonly Mutant[]; seeds: number; workers: number } | string => {
  try {
    const { only, seeds, workers } = parseArgs({
      options: {
        only: { type: 'string' },
        seeds: { type: 'string', default: '3000' },
        workers: { type: 'string', default: '2' },
      },
    }).values;
    const chosen = all.filter(({ name }) => only === undefined || name.includes(only));
    if (chosen.length === 0) return `There is no mutant with "${only}" in its name`;
    const [most, threads] = [Number(seeds), Number(workers)];
    if (!Number.isInteger(most) || most < 1) return `--seeds takes a whole number from 1, not "${seeds}"`;
    if (!Number.isInteger(threads) || threads < 1) return `--workers takes a whole number from 1, not "${workers}"`;
    return { chosen, seeds: most, workers: threads };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const createSearch = (seeds: number, workers: number) => {
  const found = new Map<string, Promise<Outcome | undefined>>();

  const search = async (mutant: Mutant): Promise<Outcome | undefined> => {
    const isReal = mutant.stores === 'postgres';
    const from = mutant.twin === undefined ? 1 : ((await first(twinOf(mutant)))?.seed ?? 1);
    const { failures } = await playOnThreads({
      seeds: { from, to: from + (isReal ? MOST_ON_POSTGRES : seeds) },
      workers: isReal ? 1 : workers,
      mutant,
      mostFailures: 1,
    });
    return failures[0];
  };

  /** The first history that finds it; each is searched for once. */
  const first = (mutant: Mutant): Promise<Outcome | undefined> => {
    const searched = found.get(mutant.name) ?? search(mutant);
    found.set(mutant.name, searched);
    return searched;
  };
  return first;
};

const twinOf = ({ name, twin }: Mutant): Mutant => {
  const found = mutants.find((mutant) => mutant.name === twin);
  if (!found) throw new Error(`Mutant "${name}": there is no twin "${twin}"`);
  return found;
};

const main = async (): Promise<number> => {
  const arguments_ = wanted();
  if (typeof arguments_ === 'string') {
    process.stderr.write(`${arguments_}\n\n${usage}\n`);
    return 2;
  }
  const { chosen, seeds, workers } = arguments_;
  // A bug whose place is gone proves nothing: all are looked at before the first is planted.
  for (const mutant of chosen) {
    mutated(mutant);
    mutatedFunction(mutant);
  }
  const first = createSearch(seeds, workers);
  say('| bug | file | found by | seed |\n|---|---|---|---|');
  let missed = 0;
  for (const mutant of chosen) {
    const found = await first(mutant);
    if (!found) missed += 1;
    say(
      `| ${mutant.name} | \`${mutant.file}\` | ${found ? `${found.breach?.promise} | ${found.seed}` : '**not found** | –'} |`,
    );
    if (process.stderr.isTTY && found) process.stderr.write(`    ${found.breach?.message.slice(0, 160)}\n`);
  }
  say(missed === 0 ? `\nAll ${chosen.length} were found.` : `\n${missed} of ${chosen.length} were not found.`);
  return missed === 0 ? 0 : 1;
};

process.exitCode = await main();
