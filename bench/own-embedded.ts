import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import { createLeash } from '../deploy/local/servers/leash.ts';
import { defaultAdmin } from '../deploy/local/stack.ts';
import { readCpu } from './processes.ts';
import { loadCpu, type Stand } from './stand.ts';

const root = join(import.meta.dirname, '..');

/** Starts the embedded form on a temporary folder; it goes with this process. */
export const embeddedStand = async (): Promise<Stand> => {
  const dir = await mkdtemp(join(tmpdir(), 'shop-bench-'));
  const { PATH, HOME, TMPDIR } = process.env;
  const settings = { PORT: '0', DATA_DIR: dir, SEED: 'off', RATE_LIMIT: 'off', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['apps/embedded/main.ts'], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = child.pid ?? 0;
  const leash = createLeash();
  leash.hold({ process: { pid, started: (await startOf(pid)) ?? '' } });
  leash.hold({ folder: dir });
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = /API\s+(http:\/\/\S+?)\/api\/v1/.exec(line) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error('the embedded form did not start')));
  });
  return {
    place: { url, admin: defaultAdmin },
    gauges: {
      cpu: async () => ({ ...(await readCpu([{ name: 'shop and PostgreSQL', pid }])), ...(await loadCpu()) }),
      counters: { read: async () => ({}) },
    },
    async close() {
      child.kill('SIGINT');
      await ended;
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
      await leash.end();
    },
  };
};
