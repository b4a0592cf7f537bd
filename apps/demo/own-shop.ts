import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '@shop/platform/time/system.ts';

/** A shop of the demo's own did not start; the message is what it said. */
export class ShopFailed extends Error {}

const root = join(import.meta.dirname, '../..');

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()));

/** Where a shop that is starting says that it serves. @throws ShopFailed when it ends before. */
const urlOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let last = 'nothing';
    const read = (stream: NodeJS.ReadableStream | null) =>
      stream &&
      createInterface({ input: stream }).on('line', (line) => {
        last = line.trim() || last;
        const [, url] = /API\s+(http:\/\/\S+?)\/api\/v1/.exec(line) ?? [];
        if (url) resolve(url);
      });
    read(child.stdout);
    read(child.stderr);
    child.once('error', (error) => reject(new ShopFailed(error.message)));
    child.once('close', () => reject(new ShopFailed(`A shop of the demo's own did not start; it said: ${last}`)));
  });

/** Again for a while: a PostgreSQL that is still shutting down writes to its folder. */
const removeFolder = async (folder: string): Promise<void> => {
  for (let tries = 0; tries < 100 && existsSync(folder); tries += 1) {
    await rm(folder, { recursive: true, force: true }).catch(() => systemClock.sleep(100));
  }
};

export interface OwnShop {
  folder: string;
  /** Starts it, on the port that it had before; resolves with its address when it serves. */
  start(): Promise<string>;
  /** kill -9 of its process; resolves when that is gone. Its data stay, and its PostgreSQL runs on, orphaned. */
  kill(): Promise<void>;
  /** Ends it in order and removes its data, whatever state it is in. */
  remove(): Promise<void>;
}

/** A shop in a process and a temporary folder of its own, not started yet. `seed` gives it the sample catalogue. */
export const createOwnShop = ({ seed }: { seed: boolean }): OwnShop => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-demo-'));
  let child: ChildProcess | undefined;
  let port = '0';
  let orphaned = false;
  let removal: Promise<void> | undefined;

  const launch = async () => {
    // Settings of a shop that runs elsewhere on this machine are not for this one.
    const { PATH, HOME, TMPDIR } = process.env;
    child = spawn(process.execPath, ['apps/embedded/main.ts'], {
      cwd: root,
      env: { PATH, HOME, TMPDIR, PORT: port, DATA_DIR: folder, SEED: seed ? 'on' : 'off', LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const url = await urlOf(child);
    port = new URL(url).port;
    orphaned = false;
    return url;
  };

  const end = async () => {
    if (!child) return;
    child.kill('SIGINT');
    await ended(child);
  };

  return {
    folder,
    async start() {
      if (removal) throw new ShopFailed("The demo's shop is being removed.");
      return launch();
    },
    async kill() {
      if (!child?.pid) return;
      orphaned = true;
      process.kill(child.pid, 'SIGKILL');
      await ended(child);
    },
    remove() {
      removal ??= (async () => {
        await end();
        // What was killed has left its PostgreSQL behind: a start takes that over, so that it can be ended in order.
        if (orphaned)
          await launch()
            .catch(() => undefined)
            .then(end);
        await removeFolder(folder);
      })();
      return removal;
    },
  };
};
