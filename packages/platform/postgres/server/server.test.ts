import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { dataFolders, postmasterIn, query } from '../../testing/data-folders.ts';
import { silentLogger } from '../../testing/logger.ts';
import { systemClock } from '../../time/system.ts';
import { DataFolderUnwritable, ShopAlreadyRunning } from './errors.ts';
import { takeShopLock } from './guard.ts';
import { processExists } from './processes.ts';
import { startPostgresServer } from './server.ts';

const execute = promisify(execFile);
const { newFolder, launch } = dataFolders();
const start = (dataDir: string) => startPostgresServer({ dataDir, logger: silentLogger, clock: systemClock });

describe('two shops on one folder', () => {
  it('When a second one starts, then it is refused with the folder and the process that has it', async () => {
    const dataDir = await newFolder();
    const first = launch(dataDir);
    const served = await first.next();
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    await expect(start(dataDir)).rejects.toThrow(`${dataDir} (process ${first.child.pid})`);
    expect(await query(served, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('When five start at the very same moment, on a new folder and on an orphan, then exactly one wins', async () => {
    const dataDir = await newFolder();
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
    const dataDir = await newFolder();
    const first = launch(dataDir);
    const served = await first.next();
    for (const name of await readdir(dataDir)) {
      if (name.startsWith('shop.claim')) await rm(join(dataDir, name));
    }
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    expect(await postmasterIn(dataDir)).toBe(served.pid);
  });

  it('When one has stopped, then the same process may start another', async () => {
    const dataDir = await newFolder();
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(ShopAlreadyRunning);
    await first.stop();
    const second = await start(dataDir);
    await second.stop();
  });
});

describe('what was left behind', () => {
  it('When shop and server were killed together, then the next start recovers what was committed', async () => {
    const dataDir = await newFolder();
    const killed = launch(dataDir);
    const served = await killed.next();
    await query(served, 'create table kept as select 1 as n');
    killed.child.kill('SIGKILL');
    process.kill(served.pid, 'SIGKILL');
    const again = await launch(dataDir).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  it('When the orphaned server is stuck, then it is ended all the same and the next start recovers', async () => {
    const dataDir = await newFolder();
    const killed = launch(dataDir);
    const served = await killed.next();
    await query(served, 'create table kept as select 1 as n');
    await killed.kill();
    process.kill(served.pid, 'SIGSTOP');
    const again = await launch(dataDir).next();
    expect(await query(again, 'select n from kept')).toEqual([{ n: 1 }]);
  }, 40_000);

  it('When the pid file names a foreign process, then that one is left alone and the server starts', async () => {
    const dataDir = await newFolder();
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
    const dataDir = await newFolder();
    await mkdir(dataDir);
    await symlink(`${process.ppid} long ago`, join(dataDir, 'shop.claim.7'));
    const server = await start(dataDir);
    expect((await readdir(dataDir)).filter((name) => name.startsWith('shop.claim'))).toEqual(['shop.claim.8']);
    await server.stop();
  });

  it('When a start was killed while it made the data, then the next one begins anew and clears up', async () => {
    const dataDir = await newFolder();
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
    const dataDir = await newFolder();
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
    const dataDir = await newFolder();
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
    const dataDir = await newFolder();
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
    const dataDir = await newFolder();
    const server = await start(dataDir);
    const { stdout } = await execute('ps', ['-o', 'pgid=', '-p', String(server.pid)]);
    expect(Number(stdout)).toBe(server.pid);
    await server.stop();
  });
});

describe('a folder that can not be used', () => {
  it('When a file is in its place, then one clear sentence says so', async () => {
    const dataDir = await newFolder();
    await writeFile(dataDir, '');
    await expect(start(dataDir)).rejects.toThrow(DataFolderUnwritable);
  });
});
