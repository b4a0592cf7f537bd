import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { topicOf } from '@shop/contracts/events.ts';
import pg from 'pg';
import type { DatabaseName } from '../../apps/embedded/databases.ts';
import { connectionOf, embeddedBooks } from '../../apps/reconcile/embedded.ts';
import type { Shop, StartOptions } from './forms.ts';

const root = join(import.meta.dirname, '../..');
/** As `npm start` has it: what Node has compiled is kept for the next start. */
const NODE_COMPILE_CACHE = join(root, 'node_modules/.cache/node');

const queryEmbedded = async <Row>(dataDir: string, database: DatabaseName, text: string): Promise<Row[]> => {
  const client = new pg.Client({ ...(await connectionOf(dataDir)), database });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
};

const exited = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

/** Starts the shop on a free port; rejects with what it printed when it ends before it serves. */
export const startEmbeddedShop = async (options: StartOptions & { dataDir: string }): Promise<Shop> => {
  const { dataDir } = options;
  const child = spawn(process.execPath, ['apps/embedded/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE,
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
    books: () => embeddedBooks(dataDir),
    query: (database, text) => queryEmbedded(dataDir, database, text),
    async say({ type, key, data }) {
      const json = JSON.stringify(data).replaceAll("'", "''");
      const text = `select emit(gen_random_uuid(), '${type}', '${key}', '${json}', now())`;
      await queryEmbedded(dataDir, topicOf(type), text);
    },
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
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE, LOG_LEVEL: 'warn', SEED: 'off', ...env },
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
