/**
 * Starts the shop as people do, with `npm start`, on a free port and a new data folder; asks for the products, presses
 * Ctrl-C and expects it gone within 10 s. Usage: node scripts/smoke.mjs [uid to run it under, for root]
 */
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const uid = process.argv[2] === undefined ? undefined : Number(process.argv[2]);
const readySeconds = 300; // an installation may come first
const exitSeconds = 10;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Doesn't keep this process alive when it is no longer waited for. */
const deadline = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

const folder = mkdtempSync(join(tmpdir(), 'shop-smoke-'));
if (uid !== undefined) chownSync(folder, uid, uid);
// Another user can't use our home.
const home = uid === undefined ? {} : { HOME: folder };
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

let said = '';
// A group of its own: a signal to it is what Ctrl-C is, npm and the shop both get it.
const shop = spawn('npm', ['start'], {
  cwd: root,
  uid,
  gid: uid,
  detached: true,
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, ...home, PORT: String(port), DATA_DIR: join(folder, 'data') },
});
shop.stdout.on('data', (text) => {
  said += text;
});
shop.stderr.on('data', (text) => {
  said += text;
});
let outcome;
const ended = new Promise((resolve) => {
  shop.once('error', (error) => resolve(error.message));
  shop.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
}).then((how) => {
  outcome = how;
});

const ready = async () => {
  for (let tries = 0; tries < readySeconds * 5; tries += 1) {
    if (outcome !== undefined) throw new Error(`npm start ended before the shop was open (${outcome})`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await pause(200);
  }
  throw new Error(`the shop was not ready within ${readySeconds} s`);
};

const browse = async () => {
  const answer = await fetch(`${url}/api/v1/products`);
  const { items } = await answer.json();
  if (answer.status !== 200 || !Array.isArray(items)) throw new Error(`GET /api/v1/products answered ${answer.status}`);
  return items.length;
};

const interrupt = async () => {
  const began = Date.now();
  process.kill(-shop.pid, 'SIGINT');
  await Promise.race([ended, deadline(exitSeconds * 1000)]);
  if (outcome === undefined) throw new Error(`the shop was still there ${exitSeconds} s after Ctrl-C`);
  if (outcome !== 'exit code 0') throw new Error(`after Ctrl-C npm start ended with ${outcome}`);
  return ((Date.now() - began) / 1000).toFixed(1);
};

try {
  const began = Date.now();
  await ready();
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const products = await browse();
  const stopping = await interrupt();
  console.log(
    `smoke: open after ${seconds} s, ${products} products on the first page, gone ${stopping} s after Ctrl-C.`,
  );
} catch (error) {
  console.error(`smoke: ${error.message}. What it said:\n${said}`);
  process.exitCode = 1;
  if (outcome === undefined) process.kill(-shop.pid, 'SIGKILL');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
