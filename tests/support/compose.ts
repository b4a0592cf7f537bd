import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');

export interface Health {
  test: string[];
}

/** A service of compose.yaml, as far as the tests look at it. */
export interface ComposeService {
  image: string;
  build?: { context: string; target: string };
  command?: string[];
  entrypoint?: string[];
  environment: Record<string, string>;
  ports?: string[];
  networks: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: Health;
  profiles?: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  stop_grace_period?: string;
  mem_limit?: string;
  cpus?: number;
  pids_limit?: number;
  logging?: { options: Record<string, string> };
  tmpfs?: string[];
  container_name?: string;
  privileged?: boolean;
}

export interface Compose {
  services: Record<string, ComposeService>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
}

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A YAML file with its anchors and merges done. */
// biome-ignore lint/suspicious/noExplicitAny: YAML has every shape; whoever reads it says which one it expects.
export const readYaml = (path: string): any => parse(readText(path), { merge: true, maxAliasCount: -1 });

export const composeText = readText('compose.yaml');
export const compose: Compose = readYaml('compose.yaml');

const variable = /\$\{([A-Z_]+)(?:(:?[-?])([^}]*))?\}/g;

export interface Variable {
  name: string;
  /** What it is when it is not set. */
  fallback?: string;
  /** Whether nothing starts without it. */
  required: boolean;
}

/** The variables that a text takes from .env. */
export const variablesIn = (text: string): Variable[] =>
  [...text.matchAll(variable)].map(([, name = '', operator, rest = '']) => ({
    name,
    required: operator === ':?',
    ...(operator === ':-' ? { fallback: rest } : {}),
  }));

/** A text with its variables filled in, as compose does it; throws for one that is required and empty. */
export const interpolate = (text: string, env: Record<string, string>): string =>
  text.replace(variable, (_whole, name: string, operator: string | undefined, rest: string | undefined) => {
    const value = env[name] ?? '';
    if (value !== '') return value;
    if (operator === ':?') throw new Error(`${name}: ${rest}`);
    return operator === ':-' ? (rest ?? '') : '';
  });

/** The assignments of a file such as .env; what is commented out counts where `offers` is set. */
export const readEnv = (text: string, { offers = false } = {}): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(offers ? /^#?([A-Z_]+)=(.*)$/gm : /^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

/** What `scripts/make-env.mjs` makes, made in a folder of its own; a second run there must leave it alone. */
export const makeEnv = (): { text: string; env: Record<string, string>; again(): string; remove(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'env-'));
  mkdirSync(join(folder, 'scripts'));
  copyFileSync(join(root, '.env.example'), join(folder, '.env.example'));
  copyFileSync(join(root, 'scripts/make-env.mjs'), join(folder, 'scripts/make-env.mjs'));
  const run = () => execFileSync(process.execPath, ['scripts/make-env.mjs'], { cwd: folder, stdio: 'pipe' });
  const read = () => readFileSync(join(folder, '.env'), 'utf8');
  run();
  return {
    text: read(),
    env: readEnv(read()),
    again() {
      try {
        run();
      } catch {
        return read();
      }
      throw new Error('a second run did not complain');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
