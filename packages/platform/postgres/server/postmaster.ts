import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Account } from './account.ts';
import type { Cluster } from './cluster.ts';
import { asArguments, type Settings } from './settings.ts';

/** A PostgreSQL process that we started. */
export interface Postmaster {
  pid: number;
  /** Resolves when it has ended, with a word on how. */
  ended: Promise<string>;
  hasEnded(): boolean;
  /** The last that it said, for the message of a failure. */
  said(): string;
  /** Ends it in order: open transactions are rolled back, everything is written. Less gently after `graceMs`. */
  stop(clock: Clock, graceMs?: number): Promise<void>;
}

/** A port of 127.0.0.1 that is free now; somebody else may still be faster. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const linesKept = 20;

/** Passes on what PostgreSQL says, its crashes loudly; answers how to read the last lines. */
const listen = (child: ChildProcess, logger: Logger): (() => string) => {
  const last: string[] = [];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      last.push(line);
      if (last.length > linesKept) last.shift();
      if (/^PANIC|was terminated by signal/.test(line)) logger.error({ postgres: line }, 'PostgreSQL failed');
      else logger.debug({ postgres: line }, 'PostgreSQL says');
    });
  }
  return () => last.join('\n');
};

/** fast shutdown; then immediate: it recovers from its log at the next start; then whatever ends a process */
const gentleFirst = [
  ['SIGINT', 6_000],
  ['SIGQUIT', 2_000],
  ['SIGKILL', 2_000],
] as const;

/**
 * Sends one signal after the other until `gone` resolves.
 * @param signal sends a signal, if that which is to end is still there
 */
export const endGently = async (
  signal: (name: NodeJS.Signals) => void | Promise<void>,
  gone: Promise<unknown>,
  clock: Clock,
  graceMs?: number,
): Promise<void> => {
  const done = new AbortController();
  const ended = gone.then(() => done.abort());
  for (const [name, ms] of gentleFirst) {
    if (done.signal.aborted) return;
    await signal(name);
    await Promise.race([ended, clock.sleep(name === 'SIGINT' ? (graceMs ?? ms) : ms, done.signal)]);
  }
};

/**
 * Starts PostgreSQL on a cluster; it is not ready yet. It gets a session of its own, so that Ctrl-C on the terminal
 * reaches the shop alone, which then stops it in order.
 */
export const startPostmaster = (
  account: Account,
  cluster: Cluster,
  port: number,
  settings: Settings,
  logger: Logger,
): Postmaster => {
  const { file, args, uid, gid } = account.command('postgres', [
    '-D',
    cluster.data,
    ...asArguments({ ...settings, port }),
  ]);
  const child = spawn(file, args, {
    uid,
    gid,
    cwd: '/',
    // Nothing of our own environment (PGPORT, PGDATA, …) may change what it does.
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  let over = false;
  const said = listen(child, logger);
  const ended = new Promise<string>((resolve) => {
    const end = (how: string) => {
      over = true;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => over,
    said,
    stop: (clock, graceMs) => endGently((name) => void child.kill(name), ended, clock, graceMs),
  };
};
