import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob, normalize } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Instruction {
  name: string;
  text: string;
}

export interface Stage {
  name: string;
  from: string;
  instructions: Instruction[];
}

/** The stages of a Dockerfile; continued lines are one, comments are none. */
export const stagesOf = (dockerfile: string): Stage[] => {
  const lines = dockerfile
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^(\w+) +(.*)$/.exec(line) ?? [];
    const [, from = '', as = ''] = (name === 'FROM' && /^(\S+)(?: AS (\S+))?$/.exec(text)) || [];
    if (name === 'FROM') stages.push({ name: as, from, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
};

/** What files a pattern of .dockerignore is about. */
const about = (pattern: string, path: string): boolean =>
  path === pattern ||
  matchesGlob(path, pattern) ||
  matchesGlob(path, `${pattern}/**`) ||
  path.startsWith(`${pattern}/`);

/** The files that a build of an image sees: those in git that .dockerignore lets through; its last word counts. */
export const filesInContext = (dockerignore: string): string[] => {
  const rules = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return files
    .trim()
    .split('\n')
    .filter((path) => {
      let ignored = false;
      for (const rule of rules) {
        const [negated, pattern] = rule.startsWith('!') ? [true, rule.slice(1)] : [false, rule];
        if (pattern === '*' || about(pattern, path)) ignored = !negated;
      }
      return !ignored;
    });
};

/** What a source imports when it runs, as Biome formats it; what is only a type is gone by then. */
const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm),
    ...text.matchAll(/^import '([^']+)';/gm),
    ...text.matchAll(/\bimport\('([^']+)'\)/g),
  ].map(([, name = '']) => name);

/**
 * Every file that runs when `mains` do, and every package that they import. Paths are relative to the root; `@shop/…`
 * leads to where npm links it.
 */
export const reachableFrom = (mains: readonly string[]): { files: string[]; packages: string[] } => {
  const places: Record<string, string> = Object.fromEntries(
    ['packages', 'services'].flatMap((folder) =>
      execFileSync('ls', [folder], { cwd: root, encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((name) => [`@shop/${name}`, `${folder}/${name}`]),
    ),
  );
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = [...mains];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    files.add(path);
    if (!/\.m?[jt]s$/.test(path) || !existsSync(join(root, path))) continue;
    for (const name of importsOf(readFileSync(join(root, path), 'utf8'))) {
      const [, scope = '', rest = ''] = /^(@shop\/[\w-]+)\/(.*)$/.exec(name) ?? [];
      if (scope) waiting.push(`${places[scope]}/${rest}`);
      else if (name.startsWith('.')) waiting.push(normalize(join(dirname(path), name)));
      else if (!name.startsWith('node:')) packages.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
};
