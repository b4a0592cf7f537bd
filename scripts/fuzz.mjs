/**
 * Lets schemathesis try the running API against its own document: as an admin, as a customer and without a token.
 * Usage: npm run fuzz -- [--examples 10] [--seed 1]
 *
 * Needs Python 3.10 or newer; schemathesis goes into a cache folder outside the clone, once.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const version = '4.32.5';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const tool = join(cache, 'ecommerce-microservices', `schemathesis-${version}`);
const password = 'admin-password';

const fail = (sentence) => {
  console.error(`fuzz: ${sentence}`);
  process.exit(1);
};

const options = () => {
  try {
    const { values } = parseArgs({
      options: { examples: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } },
    });
    for (const [name, value] of Object.entries(values))
      if (!/^[1-9]\d{0,6}$/.test(value)) fail(`--${name} must be a whole number from 1.`);
    return values;
  } catch (error) {
    return fail(error.message);
  }
};

/** A virtual environment is made aside and moved, so that a broken installation is never taken for a whole one. */
const install = () => {
  const schemathesis = join(tool, 'bin', 'schemathesis');
  if (existsSync(schemathesis)) return schemathesis;
  const python = ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']).status === 0,
  );
  if (!python) fail('Python 3.10 or newer with venv and pip is needed (Debian: apt-get install python3-venv).');
  console.log(`installing schemathesis ${version} into ${tool}`);
  rmSync(tool, { recursive: true, force: true });
  mkdirSync(dirname(tool), { recursive: true });
  try {
    execFileSync(python, ['-m', 'venv', tool], { stdio: 'inherit' });
    // Named last, so that a killed installation has no program of this name.
    execFileSync(join(tool, 'bin', 'pip'), ['install', '-q', `schemathesis==${version}`], { stdio: 'inherit' });
  } catch (error) {
    rmSync(tool, { recursive: true, force: true });
    fail(`schemathesis could not be installed: ${error.message}`);
  }
  return schemathesis;
};

const startShop = async (folder) => {
  const shop = spawn(process.execPath, ['apps/embedded/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0', DATA_DIR: join(folder, 'data'), RATE_LIMIT: 'off', LOG_LEVEL: 'error' },
  });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: shop.stdout }).on('line', (line) => {
      const found = /API\s+(http:\/\/\S+?)\/api\/v1/.exec(line);
      if (found) resolve(found[1]);
    });
    shop.once('exit', (code) => reject(new Error(`the shop ended with ${code}`)));
  });
  return { shop, url };
};

const tokenOf = async (url, path, body) => {
  const response = await fetch(`${url}/api/v1/auth/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()).accessToken;
};

/** What is checked of each answer; the two left out are listed with their reasons. */
const settings = [
  // Business rules (a cursor of another list, an empty cart, a currency that the shop doesn't sell in) refuse valid data.
  ['--exclude-checks', 'positive_data_acceptance'],
  // Runs of the race lab take minutes of the same two cores; it has tests of its own. Event streams don't end by themselves.
  ['--exclude-path-regex', '/lab/|/events$'],
  ['--request-timeout', '20'],
].flat();

const run = (schemathesis, url, who, token, { examples, seed }) =>
  new Promise((resolve) => {
    console.log(`\n== as ${who}`);
    const headers = token ? ['-H', `Authorization: Bearer ${token}`] : [];
    const child = spawn(
      schemathesis,
      [
        '--config-file',
        join(root, 'scripts/schemathesis.toml'),
        'run',
        `${url}/openapi.json`,
        ...headers,
        ...settings,
        '--max-examples',
        examples,
        '--seed',
        seed,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'], cwd: tmpdir() },
    );
    child.once('exit', (code) => resolve(code ?? 1));
  });

const wanted = options();
const schemathesis = install();
const folder = mkdtempSync(join(tmpdir(), 'shop-fuzz-'));
const { shop, url } = await startShop(folder);
const codes = [];
try {
  const admin = await tokenOf(url, 'login', { email: 'admin@example.com', password });
  const customer = await tokenOf(url, 'register', { email: 'kim@example.com', password, name: 'Kim' });
  codes.push(await run(schemathesis, url, 'an admin', admin, wanted));
  codes.push(await run(schemathesis, url, 'a customer', customer, wanted));
  codes.push(await run(schemathesis, url, 'nobody', undefined, wanted));
} finally {
  const ended = new Promise((resolve) => shop.once('exit', resolve));
  shop.kill('SIGINT');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
if (codes.some((code) => code !== 0)) fail('something above is not as the document says.');
