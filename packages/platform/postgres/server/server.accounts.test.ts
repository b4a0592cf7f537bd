import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolders, postmasterIn, query } from '../../testing/data-folders.ts';
import { processExists } from './processes.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const { newFolder, launch, alsoRemove } = dataFolders();

/** Whether users who own nothing may read this checkout: only then can one of them run the shop from it. */
const checkoutIsOpen = async (): Promise<boolean> => {
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    if (((await stat(dir)).mode & 0o001) === 0) return false;
  }
  return true;
};

interface Account {
  name: string;
  uid?: number;
  /** Where the folders of its tests are made. */
  under: string;
}

const ordinary: Account[] = (await checkoutIsOpen())
  ? [{ name: 'an ordinary user', uid: nobody, under: tmpdir() }]
  : [];
const accounts: Account[] = isRoot
  ? [{ name: 'root, in a home closed to others', under: homedir() }, ...ordinary]
  : [{ name: 'the user who runs the tests', under: tmpdir() }];

describe.each(accounts)('as $name', (account) => {
  it('When it starts on a new folder, then a durable server answers on 127.0.0.1 alone, and its data stay', async () => {
    const dataDir = await newFolder(account);
    const first = launch(dataDir, account);
    const served = await first.next();
    expect(served.error).toBeUndefined();
    const [settings] = await query(
      served,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
              current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses,
              current_setting('unix_socket_directories') as sockets, datlocale as locale
         from pg_database where datname = 'postgres'`,
    );
    expect(settings).toEqual({
      fsync: 'on',
      sync: 'on',
      encoding: 'UTF8',
      addresses: '127.0.0.1',
      sockets: '',
      locale: 'C.UTF-8',
    });
    await query(served, 'create table kept as select 1 as n');
    expect(await first.stop()).toBe(0);
    expect(await postmasterIn(dataDir)).toBeUndefined();

    const again = await launch(dataDir, account).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
    const wrong = { connection: { ...again.connection, password: 'guess' } };
    await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('When the shop was killed, then its orphaned server is stopped and what was committed is there', async () => {
    const dataDir = await newFolder(account);
    const killed = launch(dataDir, account);
    const served = await killed.next();
    await query(served, 'create table kept as select 1 as n');
    await killed.kill();
    expect(processExists(served.pid)).toBe(true);

    const next = launch(dataDir, account);
    const again = await next.next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
    expect(await postmasterIn(dataDir)).toBe(again.pid);
    expect(again.pid).not.toBe(served.pid);
    expect(next.logged()).toContain('left behind');
  });

  it('When the folder can not be made, then one clear sentence says so', async () => {
    const dataDir = await newFolder(account);
    await mkdir(dataDir);
    await chmod(dataDir, 0o555);
    if (isRoot) await chown(dataDir, 0, 0);
    // Root may write anywhere, except where there is a file in the way.
    await writeFile(join(dirname(dataDir), 'file'), '');
    const place = account.uid === undefined && isRoot ? join(dirname(dataDir), 'file') : join(dataDir, 'below');
    const { error, message } = await launch(place, account).next();
    expect(error).toBe('DataFolderUnwritable');
    expect(message).toMatch(/^The data folder \S+ can't be written \(E[A-Z]+\); change its owner, or .*\.$/);
  });
});

describe.runIf(isRoot && process.platform === 'linux')('as root where user namespaces are forbidden', () => {
  it('When it starts, then it runs as nobody, says where its data are, and finds them again', async () => {
    const dataDir = await newFolder();
    // An `unshare` that fails as it does in such a container.
    const programs = join(dirname(dataDir), 'programs');
    await mkdir(programs);
    await writeFile(join(programs, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const path = `${programs}:${process.env.PATH}`;

    const first = launch(dataDir, { path });
    const served = await first.next();
    expect(served.error).toBeUndefined();
    expect((await stat(`/proc/${served.pid}`)).uid).toBe(nobody);
    const { home } = JSON.parse(first.logged());
    alsoRemove(home);
    await query(served, 'create table kept as select 1 as n');
    await first.kill();

    const again = await launch(dataDir, { path }).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
    const { error } = await launch(dataDir, { path }).next();
    expect(error).toBe('ShopAlreadyRunning');
  });
});
