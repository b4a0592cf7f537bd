/**
 * Installs what package-lock.json names, when that is not installed yet; quick when it is.
 * Plain JavaScript for Node 20 without any package, since it runs before there are packages.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lockfile = join(root, 'package-lock.json');
/** Within node_modules, so that it goes when they go. */
const stamp = join(root, 'node_modules', '.installed');
const busy = join(root, '.install.lock');
const node = join(root, 'node_modules', '.bin', 'node');
const wantedMajor = 24;

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const fail = (sentence) => {
  console.error(`install: ${sentence}`);
  process.exit(1);
};

const wanted = () => {
  const text = read(lockfile);
  if (text === undefined) fail(`${lockfile} is missing; restore it from the repository.`);
  return createHash('sha256').update(text).digest('hex');
};

/** The programs that npm starts next come from node_modules/.bin: `node` there must be the right one. */
const isInstalled = () => read(stamp) === wanted() && existsSync(node);

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Longer than any installation takes; the id of a process that died may belong to another one by then. */
const longestMs = 30 * 60_000;

const isAbandoned = () => {
  const holder = Number(read(busy));
  const since = statSync(busy, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return holder > 0 && (!isAlive(holder) || Date.now() - since > longestMs);
};

/** Takes the lock, by linking a file that names us; false when somebody else has it. */
const takeLock = async () => {
  const me = String(process.pid);
  const draft = `${busy}.${me}`;
  try {
    writeFileSync(draft, me);
    const abandoned = isAbandoned();
    if (abandoned) rmSync(busy, { force: true });
    linkSync(draft, busy);
    // Whoever found the same abandoned lock may be about to remove ours in its place.
    if (abandoned) await pause(200);
    return read(busy) === me;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    return fail(`${root} can't be written (${error.code}), so the packages can't be installed there.`);
  } finally {
    rmSync(draft, { force: true });
  }
};

const giveUpLock = () => {
  if (read(busy) === String(process.pid)) rmSync(busy, { force: true });
};

const npmCi = () =>
  new Promise((resolve) => {
    // Without its warnings: those of Node 20 about packages that the Node being installed will run.
    const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  });

const checkNode = () => {
  let version;
  try {
    version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  } catch (error) {
    fail(
      `npm did not install a Node that runs here at ${node} (${error.message.split('\n')[0]}); ` +
        'are installation scripts switched off (npm config get ignore-scripts)?',
    );
  }
  if (!version.startsWith(`v${wantedMajor}.`)) {
    fail(`${node} is ${version}, but the shop needs Node ${wantedMajor}; is package-lock.json the repository's?`);
  }
};

const install = async () => {
  const began = Date.now();
  const installing = wanted();
  // Gone first: an installation that is interrupted must not look like a whole one.
  rmSync(stamp, { force: true });
  console.log('install: package-lock.json is not installed yet, running npm ci …');
  const problem = await npmCi();
  if (problem !== undefined) {
    fail(`npm ci failed (${problem}); its own words are above. Mostly the registry was out of reach: try again.`);
  }
  checkNode();
  writeFileSync(stamp, installing);
  console.log(`install: done in ${Math.round((Date.now() - began) / 1000)} s.`);
};

let told = false;
while (!isInstalled()) {
  if (await takeLock()) {
    process.once('exit', giveUpLock);
    // Somebody may have finished between our look and our lock.
    if (!isInstalled()) await install();
    giveUpLock();
  } else {
    if (!told) console.log(`install: process ${read(busy) ?? ''} is installing already, waiting for it …`);
    told = true;
    await pause(500);
  }
}
