import { readdirSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A bug that is planted into one file: `find` occurs there exactly once, and `replace` stands in its place. */
export interface Mutant {
  name: string;
  /** From the root of the repository: a module, or a migration with the function that the bug is in. */
  file: string;
  find: string;
  replace: string;
  /** The stores that it can be found on; memory unless said. */
  stores?: 'memory' | 'postgres';
  /** For one on PostgreSQL: the bug in memory that is found by the same histories. Without it any history may do. */
  twin?: string;
}

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const isMigration = ({ file }: Mutant): boolean => file.endsWith('.sql');

/** The file with the bug in it. @throws where `find` does not occur exactly once: the code has moved on. */
export const mutated = ({ name, file, find, replace }: Mutant): string => {
  const source = read(file);
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`Mutant "${name}": its text occurs ${times} times in ${file}, not once`);
  return source.replace(find, () => replace);
};

/** From now on this thread loads the file with the bug in it. Nothing may have loaded it before. */
export const plant = (mutant: Mutant): void => {
  const source = mutated(mutant);
  if (isMigration(mutant)) return;
  const url = pathToFileURL(join(root, mutant.file)).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const module = nextLoad(loaded, context);
      return loaded === url ? { ...module, source } : module;
    },
  });
};

/**
 * The function of a migration with the bug in it, as a statement that puts it in the place of the sound one, and the
 * service that it belongs to; undefined for bugs in modules. @throws where a later migration replaces it.
 */
export const mutatedFunction = (mutant: Mutant): { service: string; statement: string } | undefined => {
  if (!isMigration(mutant)) return undefined;
  const { name, file, find } = mutant;
  const source = mutated(mutant);
  const begin = source.lastIndexOf('create function', read(file).indexOf(find));
  const statement = source
    .slice(begin, source.indexOf('$$;', begin) + 3)
    .replace('create function', 'create or replace function');
  const [, called = ''] = /function (\w+)\(/.exec(statement) ?? [];
  const later = readdirSync(join(root, dirname(file))).filter((other) => other > basename(file));
  const again = later.find((other) => read(join(dirname(file), other)).includes(`function ${called}(`));
  if (again) throw new Error(`Mutant "${name}": ${called} of ${file} is replaced in ${again}`);
  return { service: /^services\/(\w+)\//.exec(file)?.[1] ?? '', statement };
};
