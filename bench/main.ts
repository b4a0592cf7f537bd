import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { onInterrupt } from '../deploy/local/interrupt.ts';
import { StackFailed } from '../deploy/local/servers/errors.ts';
import { defaultAdmin } from '../deploy/local/stack.ts';
import { type Options, readArguments, usage, WrongUse } from './arguments.ts';
import { comparison } from './compare.ts';
import type { Machine, Result } from './result.ts';
import { runAll } from './run-all.ts';
import { inspectable } from './soak/heap.ts';
import { type SoakOptions, soak } from './soak/soak.ts';
import { soakTable } from './soak/table.ts';
import { ownStand } from './stand.ts';
import { tableOf } from './table.ts';

const report = (sentence: string): void => {
  process.stderr.write(`bench: ${sentence}\n`);
};

const machine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1024 ** 3),
  system: `${type()} ${release()}`,
  node: process.versions.node,
});

const readResult = async (path: string): Promise<Result> => {
  try {
    const result = JSON.parse(await readFile(path, 'utf8')) as Result;
    if (!Array.isArray(result.rows)) throw new Error('it has no rows');
    return result;
  } catch (error) {
    throw new WrongUse(`--compare ${path} is no result of the benchmark: ${(error as Error).message}.`);
  }
};

const write = async (path: string | undefined, result: object): Promise<void> => {
  if (path !== undefined) await writeFile(path, `${JSON.stringify(result, undefined, 2)}\n`);
};

const runSoak = async (options: SoakOptions, json: string | undefined): Promise<void> => {
  const signal = onInterrupt(report);
  const stand = await ownStand(report, signal, inspectable);
  try {
    const result = {
      at: new Date().toISOString(),
      machine: machine(),
      soak: await soak(stand, options, { report, signal }),
    };
    await write(json, result);
    process.stdout.write(`\n${soakTable(result)}`);
  } finally {
    await stand.close();
  }
};

const run = async (options: Options): Promise<void> => {
  if (options.soak) return runSoak(options.soak, options.json);
  const before = options.compare === undefined ? undefined : await readResult(options.compare);
  const { env } = process;
  const admin = { email: env.ADMIN_EMAIL || defaultAdmin.email, password: env.ADMIN_PASSWORD || defaultAdmin.password };
  const rows = await runAll(options, { report, admin, signal: onInterrupt(report) });
  const result: Result = { at: new Date().toISOString(), machine: machine(), rows };
  await write(options.json, result);
  process.stdout.write(`\n${tableOf(result)}`);
  if (before) process.stdout.write(`\n${comparison(before, result)}`);
};

try {
  const options = readArguments(process.argv.slice(2));
  if (options === 'help') process.stdout.write(`${usage}\n`);
  else await run(options);
  process.exit(0);
} catch (error) {
  const known = error instanceof WrongUse || error instanceof StackFailed;
  report(known ? error.message : String((error as Error).stack));
  process.exit(1);
}
