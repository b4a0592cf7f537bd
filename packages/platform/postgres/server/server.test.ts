import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../testing/logger.ts';
import { launchServer, type Said, type ServerProcess } from '../../testing/postgres-process.ts';
import { systemClock } from '../../time/system.ts';
import { DataFolderUnwritable, ShopAlreadyRunning } from './errors.ts';
import { takeShopLock } from './guard.ts';
import { isPostmasterOf, processExists } from './processes.ts';
import { startPostgresServer } from './server.ts';

const execute = promisify(execFile);
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

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

const temporary: string[] = [];
const processes: ServerProcess[] = [];

const newFolder = async ({ under, uid }: Account): Promise<string> => {
  const dir = await mkdtemp(join(under, '.shop-test-'));
  if (uid !== undefined) await chown(dir, uid, uid);
  temporary.push(dir);
  return join(dir, 'data');
};

const launch = (dataDir: string, options: { uid?: number; path?: string } = {}): ServerProcess => {
  const launched = launchServer(dataDir, options);
  processes.push(launched);
  return launched;
};

const query = async <Row>({ connection }: Pick<Said, 'connection'>, text: string): Promise<Row[]> => {
  const client = new pg.Client({ ...connection, database: 'postgres', connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    client.end().catch(() => {});
  }
};

const postmasterIn = async (dataDir: string): Promise<number | undefined> => {
  const data = join(dataDir, 'postgres', 'data');
  const pid = Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => ''), 10);
  return Number.isNaN(pid) || !(await isPostmasterOf(pid, data)) ? undefined : pid;
};

afterEach(async () => {
  await Promise.all(processes.splice(0).map(({ child, stop }) => (child.exitCode === null ? stop() : undefined)));
});

afterAll(async () => {
  for (const dir of temporary) {
    const pid = await postmasterIn(join(dir, 'data'));
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
});

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

const account = accounts[0] as Account;
const start = (dataDir: string) => startPostgresServer({ dataDir, logger: silentLogger, clock: systemClock });

describe('two shops on one folder', () => {
  it('When a second one starts, then it is refused with the folder and the process that has it', async () => {
    const dataDir = await newFolder(account);
    const first = launch(dataDir);
    const served = await first.next();
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    await expect(start(dataDir)).rejects.toThrow(`${dataDir} (process ${first.child.pid})`);
    expect(await query(served, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('When five start at the very same moment, on a new folder and on an orphan, then exactly one wins', async () => {
    const dataDir = await newFolder(account);
    for (const round of ['new', 'orphan']) {
      const five = Array.from({ length: 5 }, () => launch(dataDir));
      const said = await Promise.all(five.map((one) => one.next()));
      expect([round, ...said.map(({ error }) => error ?? 'serves').sort()]).toEqual([
        round,
        ...Array(4).fill('ShopAlreadyRunning'),
        'serves',
      ]);
      await Promise.all(five.map((one) => one.kill()));
    }
  });

  it('When the server of a folder without a claim serves a live session, then it is not taken for an orphan', async () => {
    const dataDir = await newFolder(account);
    const first = launch(dataDir);
    const served = await first.next();
    for (const name of await readdir(dataDir)) {
      if (name.startsWith('shop.claim')) await rm(join(dataDir, name));
    }
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    expect(await postmasterIn(dataDir)).toBe(served.pid);
  });

  it('When one has stopped, then the same process may start another', async () => {
    const dataDir = await newFolder(account);
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    await first.stop();
    const second = await start(dataDir);
    await second.stop();
  });
});

describe('what was left behind', () => {
  it('When shop and server were killed together, then the next start recovers what was committed', async () => {
    const dataDir = await newFolder(account);
    const killed = launch(dataDir);
    const served = await killed.next();
    await query(served, 'create table kept as select 1 as n');
    killed.child.kill('SIGKILL');
    process.kill(served.pid, 'SIGKILL');
    const again = await launch(dataDir).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  it('When the orphaned server is stuck, then it is ended all the same and the next start recovers', async () => {
    const dataDir = await newFolder(account);
    const killed = launch(dataDir);
    const served = await killed.next();
    await query(served, 'create table kept as select 1 as n');
    await killed.kill();
    process.kill(served.pid, 'SIGSTOP');
    const again = await launch(dataDir).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
  }, 40_000);

  it('When the pid file names a foreign process, then that one is left alone and the server starts', async () => {
    const dataDir = await newFolder(account);
    await (await start(dataDir)).stop();
    const foreign = spawn('sleep', ['600']);
    const data = join(dataDir, 'postgres', 'data');
    await writeFile(join(data, 'postmaster.pid'), `${foreign.pid}\n${data}\n1\n1\n\n127.0.0.1\n 1 1\nready\n`);
    const server = await start(dataDir);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(foreign.exitCode ?? foreign.signalCode).toBeNull();
    foreign.kill();
  });

  it('When the claim names a process whose id went to another one, then it counts as free', async () => {
    const dataDir = await newFolder(account);
    await mkdir(dataDir);
    await symlink(`${process.ppid} long ago`, join(dataDir, 'shop.claim.7'));
    const server = await start(dataDir);
    expect((await readdir(dataDir)).filter((name) => name.startsWith('shop.claim'))).toEqual(['shop.claim.8']);
    await server.stop();
  });

  it('When a start was killed while it made the data, then the next one begins anew and clears up', async () => {
    const dataDir = await newFolder(account);
    const gone = spawn('true');
    await new Promise((resolve) => gone.once('exit', resolve));
    const draft = join(dataDir, `postgres.new-${gone.pid}`);
    await mkdir(join(draft, 'data', 'base'), { recursive: true });
    const server = await start(dataDir);
    expect(await readdir(dataDir)).not.toContain(`postgres.new-${gone.pid}`);
    await server.stop();
  });
});

describe('supervision', () => {
  it('When the server alone is killed, then it comes back on its port with what was committed', async () => {
    const dataDir = await newFolder(account);
    const shop = launch(dataDir);
    const served = await shop.next();
    await query(served, 'create table kept as select 1 as n');
    process.kill(served.pid, 'SIGKILL');
    const { again } = await shop.next();
    expect(again).not.toBe(served.pid);
    expect(await query(served, 'select n from kept')).toEqual([{ n: 1 }]);
    expect(await takeShopLock(served.connection)).toBe('held');
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    expect(await shop.stop()).toBe(0);
    expect(await postmasterIn(dataDir)).toBeUndefined();
  });

  it('When only the session with the lock is ended, then the lock is taken again', async () => {
    const dataDir = await newFolder(account);
    const server = await start(dataDir);
    await query(server, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shop lock'`);
    const holders = () =>
      query<{ n: string }>(server, `select count(*) as n from pg_locks where locktype = 'advisory'`);
    await expect.poll(holders).toEqual([{ n: '1' }]);
    const { pid } = server;
    await server.stop();
    expect(processExists(pid)).toBe(false);
  });

  it('When it is stopped while clients work, then it ends within its time and their sessions with it', async () => {
    const dataDir = await newFolder(account);
    const server = await start(dataDir);
    const busy = query(server, 'select pg_sleep(60)').catch((error: { code: string }) => error.code);
    await expect
      .poll(() => query(server, `select 1 from pg_stat_activity where query like 'select pg_sleep%'`))
      .toHaveLength(1);
    const began = performance.now();
    await Promise.all([server.stop(), server.stop()]);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await busy).toBe('57P01');
  });

  it('When it runs, then it is in a session of its own, which Ctrl-C on our terminal does not reach', async () => {
    const dataDir = await newFolder(account);
    const server = await start(dataDir);
    const { stdout } = await execute('ps', ['-o', 'pgid=', '-p', String(server.pid)]);
    expect(Number(stdout)).toBe(server.pid);
    await server.stop();
  });
});

describe.runIf(isRoot && process.platform === 'linux')('as root where user namespaces are forbidden', () => {
  it('When it starts, then it runs as nobody, says where its data are, and finds them again', async () => {
    const dataDir = await newFolder(account);
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
    temporary.push(home);
    await query(served, 'create table kept as select 1 as n');
    await first.kill();

    const again = await launch(dataDir, { path }).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
    const { error } = await launch(dataDir, { path }).next();
    expect(error).toBe('ShopAlreadyRunning');
  });
});

describe('a folder that can not be used', () => {
  it('When a file is in its place, then one clear sentence says so', async () => {
    const dataDir = await newFolder(account);
    await writeFile(dataDir, '');
    await expect(start(dataDir)).rejects.toThrow(DataFolderUnwritable);
  });
});
