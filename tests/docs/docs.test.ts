import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentedMetrics } from '../support/metrics.ts';
import { anchorsOf, blocksOf, codeOf, commandsOf, files, linksOf, page, pages, root } from './markdown.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const readme = page('README.md');

const folders = new Set(files.flatMap((file) => file.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))));
const exists = (path: string): boolean => files.includes(path) || folders.has(path);

/** A pattern such as `services/order/*.test.ts` or `services/<name>/`, as far as it can be followed. */
const leadsSomewhere = (path: string): boolean => {
  const parts = path.split('/').map((part) => part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+|<\w+>/g, '[^/]+'));
  const pattern = new RegExp(`^${parts.join('/')}$`);
  return files.some((file) => pattern.test(file)) || [...folders].some((folder) => pattern.test(folder));
};

/** Paths of the repository begin with one of its folders, or name a file at its root. */
const top = [...new Set(files.map((file) => file.split('/')[0] ?? ''))];
const isPath = (code: string): boolean =>
  /^[\w.@<>*/-]+$/.test(code) &&
  (code.includes('/') ? top.includes(code.split('/')[0] ?? '') : /^[A-Z]+\.md$/.test(code));

describe('The documents', () => {
  it('When a relative link is followed, then its file is there, and its heading', () => {
    const links = pages.flatMap((one) => linksOf(one).map((link) => ({ from: one.path, ...link })));
    const dead = links.filter(({ target, anchor }) => {
      if (target !== '' && !exists(target)) return true;
      return anchor !== undefined && !(target.endsWith('.md') && anchorsOf(page(target)).includes(anchor));
    });
    expect(dead.map(({ from, link }) => `${from}: ${link}`)).toEqual([]);
    expect(links.length).toBeGreaterThan(30);
  });

  it('When a command of npm is named, then package.json has it', () => {
    const unknown = pages.flatMap((one) =>
      [...commandsOf(one).matchAll(/npm run ([\w:-]+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !(name in scripts))
        .map((name) => `${one.path}: npm run ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('When package.json has a command, then the README names it', () => {
    const own = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts));
    const named = (name: string) =>
      new RegExp(`npm (run )?${name}(?![\\w:-])`).test(readme.text) || readme.text.includes(`npm ${name}`);
    expect(own.filter((name) => !named(name))).toEqual([]);
    expect(own.length).toBeGreaterThan(5);
  });

  it('When a path of the repository is named, then it is there', () => {
    const missing = pages.flatMap((one) =>
      codeOf(one)
        .filter(isPath)
        .filter((path) => !leadsSomewhere(path.replace(/\/$/, '')))
        .map((path) => `${one.path}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('When there is a picture, then something is drawn in it', () => {
    const pictures = pages.flatMap((one) => blocksOf(one, 'mermaid'));
    expect(pictures.length).toBeGreaterThan(0);
    for (const picture of pictures) {
      const [kind = '', ...lines] = picture.trim().split('\n');
      expect(kind).toMatch(/^(flowchart|graph|sequenceDiagram|stateDiagram|erDiagram)/);
      expect(lines.some((line) => /--|==|->/.test(line))).toBe(true);
    }
  });

  it('When an alarm asks for a metric, then it is one of docs/metrics.md; when a metric names an alarm, then it asks for it', () => {
    const runbook = page('docs/runbook.md');
    const metrics = documentedMetrics().map(({ name }) => name);
    const rules = blocksOf(runbook, 'promql').join('\n');
    const asked = [...rules.matchAll(/\b(?:shop|http)_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ''));
    expect(asked.filter((name) => !metrics.includes(name))).toEqual([]);
    const rows = page('docs/metrics.md').text.matchAll(/^\| `(\w+)` \|.*\| (\[.*\]) \|$/gm);
    const mute = [...rows].filter(([, name = '', alarms = '']) =>
      [...alarms.matchAll(/#([\w-]+)\)/g)].some(([, anchor]) => {
        const section = runbook.text
          .split(/^### /m)
          .find((part) => anchorsOf({ ...runbook, prose: `### ${part}` })[0] === anchor);
        return !section?.includes(name);
      }),
    );
    expect(mute.map(([row]) => row)).toEqual([]);
    expect(asked.length).toBeGreaterThan(10);
  });
});
