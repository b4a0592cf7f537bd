import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const root = join(import.meta.dirname, '../..');

/** A running shop as a process of its own, found by the line that says where its API is. */
export interface Shop {
  url: string;
  dataDir: string;
  process: ChildProcess;
  /** Everything that it has printed. */
  output: () => string;
  /** kill -9, then waits for its end. */
  kill(): Promise<void>;
  /** Ctrl-C, then its exit code. */
  stop(): Promise<number | null>;
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'shop-'));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

export interface StartOptions {
  dataDir?: string;
  env?: Record<string, string>;
  /** Called with the process before its first line has run. */
  spawned?: (child: ChildProcess) => void;
}

/** Starts the shop on a free port; rejects with what it printed when it ends before it serves. */
export const startShop = async (options: StartOptions = {}): Promise<Shop> => {
  const dataDir = options.dataDir ?? temporaryFolder();
  const child = spawn(process.execPath, ['apps/embedded/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      DATA_DIR: dataDir,
      SEED: 'off',
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      ...options.env,
    },
    // The channel is for crash points alone; others do without.
    stdio: ['ignore', 'pipe', 'pipe', ...(options.env?.CRASH_POINTS ? (['ipc'] as const) : [])],
  }) as ChildProcess & { stdout: Readable; stderr: Readable };
  options.spawned?.(child);
  const lines: string[] = [];
  const listen = (line: string) => lines.push(line);
  createInterface({ input: child.stderr }).on('line', listen);
  const stdout = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    stdout.on('line', (line) => {
      listen(line);
      const found = /API\s+(http:\/\/\S+?)\/api\/v1/.exec(line);
      if (found?.[1]) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`The shop ended with ${code}:\n${lines.join('\n')}`)));
  });
  return {
    url,
    dataDir,
    process: child,
    output: () => lines.join('\n'),
    async kill() {
      child.kill('SIGKILL');
      await exited(child);
    },
    async stop() {
      child.kill('SIGINT');
      return exited(child);
    },
  };
};

/** Runs the shop until it ends, by itself or by SIGTERM after `termAfterMs`: its exit code and what it printed. */
export const runShop = async (
  env: Record<string, string>,
  termAfterMs?: number,
): Promise<{ code: number | null; output: string }> => {
  const child = spawn(process.execPath, ['apps/embedded/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', SEED: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (termAfterMs !== undefined) setTimeout(() => child.kill('SIGTERM'), termAfterMs);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return { code: await exited(child), output };
};
