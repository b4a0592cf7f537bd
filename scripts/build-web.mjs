/**
 * Builds the web pages into web/dist when what they are made of has changed since; quick when it has not.
 * Plain JavaScript for Node 20, after install.mjs, whose Node then runs the build.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const web = join(root, 'web');
const dist = join(web, 'dist');
const stamp = join(dist, '.built');
const modules = join(root, 'node_modules');
// By its place: the shell that starts this may remember an older one.
const node = join(modules, '.bin', 'node');
const vite = join(modules, 'vite', 'bin', 'vite.js');

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() ? [path] : [];
  });

/** All that decides what the pages become: their sources, what they import of ours, the versions of the rest. */
const ingredients = () =>
  [
    ...['src', 'public'].flatMap((name) => filesIn(join(web, name))),
    ...['index.html', 'vite.config.ts', 'package.json', 'tsconfig.json'].map((name) => join(web, name)),
    ...['sdk', 'contracts'].flatMap((name) => filesIn(join(root, 'packages', name))),
    join(root, 'package-lock.json'),
  ]
    .filter((path) => !path.endsWith('.test.ts'))
    .sort();

const fingerprint = () => {
  const hash = createHash('sha256');
  for (const path of ingredients()) {
    const text = readFileSync(path);
    hash.update(`${relative(root, path)}\n${text.length}\n`).update(text);
  }
  return hash.digest('hex');
};

const built = () => (existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined);

const say = (sentence) => console.log(`build: ${sentence}`);

const mayWrite = () => {
  try {
    accessSync(web, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** Beside its place first: who serves the pages meanwhile has all of the old ones or all of the new ones. */
const build = (draft) =>
  new Promise((resolve) => {
    const args = [vite, 'build', '--outDir', draft, '--emptyOutDir', '--logLevel', 'warn'];
    const child = spawn(node, args, { cwd: web, stdio: 'inherit' });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  });

const wanted = fingerprint();
if (built() === wanted) process.exit(0);
if (!mayWrite()) {
  say(`the pages in web/dist are ${built() === undefined ? 'missing' : 'old'}, and ${web} can't be written; going on.`);
  process.exit(0);
}
const began = Date.now();
say(
  `${built() === undefined ? 'there are no web pages yet' : 'the sources of the web pages have changed'}, building …`,
);
const draft = join(web, `dist.${process.pid}`);
try {
  const problem = await build(draft);
  if (problem !== undefined) {
    console.error(`build: the web pages could not be built (${problem}); what is wrong stands above.`);
    process.exitCode = 1;
  } else {
    writeFileSync(join(draft, '.built'), wanted);
    rmSync(dist, { recursive: true, force: true });
    renameSync(draft, dist);
    say(`done in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  }
} catch (error) {
  // Somebody else built the same at the same moment, and was quicker.
  if (built() !== wanted) throw error;
} finally {
  rmSync(draft, { recursive: true, force: true });
}
