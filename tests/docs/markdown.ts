import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A Markdown file of the repository; `path` is relative to its root. */
export interface Page {
  path: string;
  text: string;
  /** Without fenced blocks, in which nothing is a link or a heading. */
  prose: string;
}

/** Every file that is, or will be, in git. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .trim()
  .split('\n');

const fence = /^```.*?^```$/gms;

export const pages: readonly Page[] = files
  .filter((path) => path.endsWith('.md'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, prose: text.replace(fence, '') };
  });

export const page = (path: string): Page => {
  const found = pages.find((one) => one.path === path);
  if (!found) throw new Error(`There is no ${path}`);
  return found;
};

/** The names that GitHub gives to a page's headings; repeated ones are numbered. */
export const anchorsOf = ({ prose }: Page): string[] => {
  const seen = new Map<string, number>();
  return [...prose.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
};

/** Where a page's relative links lead: a path from the root, and an anchor if they name one. */
export const linksOf = ({ path, prose }: Page): { link: string; target: string; anchor: string | undefined }[] =>
  [...prose.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : normalize(join(dirname(path), file)).replace(/\/$/, '');
      return { link, target, anchor };
    });

/** What stands in backticks outside fenced blocks. */
export const codeOf = ({ prose }: Page): string[] => [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** The fenced blocks of one language. */
export const blocksOf = ({ text }: Page, language: string): string[] =>
  [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter(([, own]) => own === language).map(([, , body = '']) => body);

/** Fenced blocks and backticks: where commands stand. */
export const commandsOf = (one: Page): string =>
  [...[...one.text.matchAll(fence)].map(([block]) => block), ...codeOf(one)].join('\n');
