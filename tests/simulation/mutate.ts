import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A bug that is planted into one file: `find` occurs there exactly once, and `replace` stands in its place. */
export interface Mutant {
  name: string;
  /** From the root of the repository. */
  file: string;
  find: string;
  replace: string;
  /** The stores that it can be found on; memory unless said. */
  stores?: 'memory' | 'postgres';
}

const root = join(import.meta.dirname, '../..');

/** The file with the bug in it. @throws where `find` does not occur exactly once: the code has moved on. */
export const mutated = ({ name, file, find, replace }: Mutant): string => {
  const source = readFileSync(join(root, file), 'utf8');
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`Mutant "${name}": its text occurs ${times} times in ${file}, not once`);
  return source.replace(find, () => replace);
};

/** From now on this thread loads the file with the bug in it. Nothing may have loaded it before. */
export const plant = (mutant: Mutant): void => {
  const source = mutated(mutant);
  const url = pathToFileURL(join(root, mutant.file)).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const module = nextLoad(loaded, context);
      return loaded === url ? { ...module, source } : module;
    },
  });
};
