import { parseArgs } from 'node:util';
import { StackFailed } from '../../deploy/local/servers/errors.ts';

export const usage = `usage: npm run chaos -- --minutes N     has faults happen to a loaded shop for so long, and looks for what was lost
       npm run chaos -- --minutes N --seed S --out FOLDER
A seed plans the same faults again. report.json and report.html go to the folder (.local/chaos unless given).
Exits with 1 when anything is lost, doubled or wrong.`;

export interface ChaosArguments {
  minutes: number;
  seed: number;
  out: string;
}

/** A week. */
const longest = 10_080;
const largestSeed = 2 ** 32 - 1;

const complain = (what: string): never => {
  throw new StackFailed(`${what}\n${usage}`);
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return complain((error as Error).message);
  }
};

/**
 * What the command was asked for; undefined for its usage.
 * @throws StackFailed naming what can't be understood
 */
export const readArguments = (args: readonly string[]): ChaosArguments | undefined => {
  const { minutes, seed = '1', out = '.local/chaos', help } = parse(args);
  if (help) return undefined;
  if (minutes === undefined) return complain('Say for how long: --minutes 2.');
  const long = /^\d+([.]\d+)?$/.test(minutes) ? Number(minutes) : 0;
  if (long <= 0 || long > longest)
    return complain(`--minutes must be a number up to ${longest}, but got "${minutes}".`);
  if (!/^\d+$/.test(seed) || Number(seed) > largestSeed)
    return complain(`--seed must be a whole number up to ${largestSeed}, but got "${seed}".`);
  if (out === '') return complain('--out must name a folder.');
  return { minutes: long, seed: Number(seed), out };
};
