import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerConnection } from '../postgres/connect.ts';

const fixture = join(import.meta.dirname, '..', 'postgres', 'server', 'server.fixture.ts');

/** What the process says about its server. */
export interface Said {
  connection: ServerConnection;
  /** The postmaster's process id. */
  pid: number;
  error?: string;
  message?: string;
  /** The process id after a restart. */
  again?: number;
}

/** A process of its own that holds a PostgreSQL server. */
export interface ServerProcess {
  child: ChildProcess;
  /** The next line that it says. */
  next(): Promise<Said>;
  /** All that it logged: warnings and worse. */
  logged(): string;
  /** Kills it without a chance to do anything. */
  kill(): Promise<void>;
  /** Stops it in order; answers its exit code. */
  stop(): Promise<number | null>;
}

export interface LaunchOptions {
  /** The user to run it as; this one unless given. */
  uid?: number;
  /** Where it finds programs. */
  path?: string;
}

/** Starts such a process on a data folder. */
export const launchServer = (dataDir: string, options: LaunchOptions = {}): ServerProcess => {
  const { uid, path = process.env.PATH } = options;
  const child = spawn(process.execPath, [fixture, dataDir], {
    uid,
    gid: uid,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: path },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let logged = '';
  child.stderr.on('data', (text) => {
    logged += text;
  });
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await ended)[0];
  };
  return {
    child,
    async next() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The process ended without a word: ${logged}`);
      return JSON.parse(value);
    },
    logged: () => logged,
    async kill() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
};
