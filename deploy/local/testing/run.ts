import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { mark } from '../strays.ts';

const root = join(import.meta.dirname, '../../..');

/** A program under way, and all that it has printed. */
export interface Running {
  child: ChildProcess;
  output(): string;
  ended: Promise<{ code: number | null; output: string }>;
}

/**
 * Runs one of this clone's programs with Node, for the test under way at most, with nothing in its environment but PATH
 * and what is given.
 */
export const run = (args: readonly string[], env: Record<string, string> = {}): Running => {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, [mark]: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  // Before what it has started is looked for and ended: it must not start more.
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, output: () => output, ended };
};
