import { chmod, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ids } from '@shop/platform/time/ids.ts';
import { type ServiceName, serviceNames, services } from '../services.ts';
import { StackFailed } from './servers/errors.ts';

/** What nobody else may know; made once a folder. */
export interface Secrets {
  /** What services show each other. */
  serviceToken: string;
  /** The passwords of the roles in PostgreSQL, by service. */
  passwords: Record<string, string>;
  admin: { email: string; password: string };
}

export const secretsFile = (dir: string): string => join(dir, 'secrets.json');

/** The services that keep their data in PostgreSQL, each under a role of its own. */
export const onPostgres: readonly ServiceName[] = serviceNames.filter((name) => services[name].store === 'postgres');

const make = (ids: Ids, admin: Secrets['admin']): Secrets => ({
  serviceToken: ids.secret(32),
  passwords: Object.fromEntries(onPostgres.map((name) => [name, ids.secret(24)])),
  admin,
});

const write = async (path: string, secrets: Secrets): Promise<void> => {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(secrets, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
};

/** @throws StackFailed when there are none, or they can't be read as such */
export const readSecrets = async (dir: string): Promise<Secrets> => {
  const path = secretsFile(dir);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Secrets;
  } catch (error) {
    throw new StackFailed(`${path} can't be read (${(error as Error).message}); put it back, or remove ${dir}.`);
  }
};

/** The folder's secrets, made at random where there are none; the admin is the one that is given now. */
export const openSecrets = async (dir: string, admin: Secrets['admin'], ids: Ids): Promise<Secrets> => {
  const path = secretsFile(dir);
  const exists = await chmod(path, 0o600).then(
    () => true,
    () => false,
  );
  const secrets = exists ? { ...(await readSecrets(dir)), admin } : make(ids, admin);
  await write(path, secrets);
  return secrets;
};
