import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PostgresFailed } from '@shop/platform/postgres/server/errors.ts';
import { StackFailed } from './servers/errors.ts';
import type { Report } from './servers/options.ts';

/** The clone that npm runs the command in, so that `.local` is its own from wherever. */
export const root = resolve(import.meta.dirname, '../..');

export const report: Report = (sentence) => {
  process.stdout.write(`stack: ${sentence}\n`);
};

export interface Arguments {
  positionals: string[];
  values: Record<string, string | boolean | undefined>;
}

const readArguments = (usage: string, options: Record<string, { type: 'string' | 'boolean' }>): Arguments => {
  try {
    const allowPositionals = true;
    const { values, positionals } = parseArgs({ options: { ...options, help: { type: 'boolean' } }, allowPositionals });
    return { values: values as Arguments['values'], positionals };
  } catch (error) {
    throw new StackFailed(`${(error as Error).message}\n${usage}`);
  }
};

export interface Command {
  usage: string;
  options?: Record<string, { type: 'string' | 'boolean' }>;
  /** Answers the exit code. */
  run: (args: Arguments) => Promise<number>;
}

/** Runs a command; what a person can do something about is told in a sentence, anything else is a defect and shows its stack. */
export const runCommand = async ({ usage, options = {}, run }: Command): Promise<void> => {
  try {
    const args = readArguments(usage, options);
    if (args.values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    process.exit(await run(args));
  } catch (error) {
    const known = error instanceof StackFailed || error instanceof PostgresFailed;
    process.stderr.write(`stack: ${known ? error.message : (error as Error).stack}\n`);
    process.exit(1);
  }
};

/** Refuses what a command doesn't take. */
export const refusePositionals = (positionals: readonly string[], usage: string): void => {
  if (positionals.length > 0) throw new StackFailed(`"${positionals[0]}" is nothing that I understand.\n${usage}`);
};
