// Runs one of the services that this image holds: `node deploy/image/run.mjs order`.
import { existsSync, readdirSync } from 'node:fs';

const folder = new URL('../../services/', import.meta.url);
const mainOf = (name) => new URL(`${name}/main.ts`, folder);

const names = readdirSync(folder).filter((name) => existsSync(mainOf(name)));
const name = process.argv[2] ?? '';
if (!names.includes(name)) {
  process.stderr.write(`There is no service "${name}" in this image; there are ${names.join(', ')}.\n`);
  process.exit(2);
}
await import(mainOf(name));
