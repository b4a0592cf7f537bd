import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import { testDatabase } from '../testing/postgres.ts';
import { connectPostgres } from './connect.ts';
import { isUniqueViolation } from './errors.ts';
import type { Tx } from './postgres.ts';

interface Tables {
  account: { name: string; balance: number };
}

const pg = await testDatabase<Tables>();
await pg.query({ text: 'create table account (name text primary key, balance bigint not null)' });

const balanceOf = async (name: string): Promise<number | undefined> =>
  (await pg.kysely.selectFrom('account').select('balance').where('name', '=', name).executeTakeFirst())?.balance;

const add = (tx: Tx<Tables>, name: string, delta: number) =>
  tx.query({
    name: 'add',
    text: 'update account set balance = balance + $2 where name = $1',
    values: [name, delta],
  });

/** Resolves for both sides once both have come. */
const meeting = () => {
  let waiting = 2;
  let open = () => {};
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    waiting -= 1;
    if (waiting === 0) open();
    return both;
  };
};

describe('values', () => {
  it('When int8, timestamptz, date and jsonb are read, then they are a number, a Date, text and JSON', async () => {
    const [row] = await pg.query({
      text: `select 9007199254740991::int8 as big, '2026-01-02T03:04:05Z'::timestamptz as at, '2026-01-02'::date as day,
             '{"a": [1]}'::jsonb as doc, 12.50::numeric as sum`,
    });
    expect(row).toEqual({
      big: Number.MAX_SAFE_INTEGER,
      at: new Date('2026-01-02T03:04:05Z'),
      day: '2026-01-02',
      doc: { a: [1] },
      sum: '12.50',
    });
  });

  it('When an integer is too large to be exact, then reading it fails instead of rounding it', async () => {
    await expect(pg.query({ text: 'select 9007199254740993::int8' })).rejects.toThrow(RangeError);
  });
});

describe('a transaction', () => {
  it('When its work succeeds, then it is committed and what should follow runs once, after that', async () => {
    const seen: (number | undefined)[] = [];
    let followed: Promise<void> | undefined;
    const answer = await pg.transaction(async (tx) => {
      tx.afterCommit(() => {
        followed = balanceOf('ada').then((balance) => void seen.push(balance));
      });
      await tx.kysely.insertInto('account').values({ name: 'ada', balance: 5 }).execute();
      expect(await balanceOf('ada')).toBeUndefined();
      return 'done';
    });
    await followed;
    expect([answer, seen]).toEqual(['done', [5]]);
  });

  it('When what should follow the commit throws, then the transaction still counts as committed', async () => {
    const answer = await pg.transaction(async (tx) => {
      await tx.query({ text: `insert into account values ('bob', 1)` });
      tx.afterCommit(() => {
        throw new Error('nobody listens');
      });
      return 'kept';
    });
    expect([answer, await balanceOf('bob')]).toEqual(['kept', 1]);
  });

  it('When its work throws, then nothing of it stays and nothing follows', async () => {
    let followed = false;
    const work = pg.transaction(async (tx) => {
      tx.afterCommit(() => {
        followed = true;
      });
      await tx.query({ text: `insert into account values ('carl', 1)` });
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect([followed, await balanceOf('carl')]).toEqual([false, undefined]);
  });

  it('When work swallows the error of a statement, then the transaction fails instead of seeming committed', async () => {
    const work = pg.transaction(async (tx) => {
      await tx.query({ text: `insert into account values ('dora', 1)` });
      await tx.query({ text: 'select 1 / 0' }).catch(() => {});
    });
    await expect(work).rejects.toThrow('rolled back');
    expect(await balanceOf('dora')).toBeUndefined();
  });

  it('When a statement comes after the end, then it is refused', async () => {
    let late: Tx<Tables> | undefined;
    await pg.transaction(async (tx) => {
      late = tx;
    });
    await expect(late?.query({ text: 'select 1' })).rejects.toThrow('after the end');
    await expect(late?.kysely.selectFrom('account').selectAll().execute()).rejects.toThrow('after the end');
  });

  it('When two lock each other out, then the loser is run again and both take effect', async () => {
    await pg.query({ text: `insert into account values ('x', 0), ('y', 0)` });
    const meet = meeting();
    let runs = 0;
    const transfer = (first: string, second: string) =>
      pg.transaction(async (tx) => {
        runs += 1;
        await add(tx, first, 1);
        if (runs <= 2) await meet();
        await add(tx, second, 1);
      });
    await Promise.all([transfer('x', 'y'), transfer('y', 'x')]);
    expect([await balanceOf('x'), await balanceOf('y'), runs]).toEqual([2, 2, 3]);
  });

  it('When it loses every time, then it gives up after five runs', async () => {
    let runs = 0;
    const work = pg.transaction(async (tx) => {
      runs += 1;
      await tx.query({ text: `do $$ begin raise exception using errcode = '40001'; end $$` });
    });
    await expect(work).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(5);
  });
});

describe('a connection', () => {
  const connect = (max: number, statementTimeoutMs = 10_000) =>
    connectPostgres<Tables>({ ...pg.connection, name: 'victim', max, statementTimeoutMs });
  const kill = () =>
    pg.query({ text: `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'` });

  it('When idle connections are cut, then the process lives and the next statement finds a new one', async () => {
    const other = connect(2);
    await Promise.all([other.query({ text: 'select 1' }), other.query({ text: 'select 1' })]);
    await kill();
    await expect.poll(() => other.query({ text: 'select 1 as one' }).catch(() => [])).toEqual([{ one: 1 }]);
    await other.close();
  });

  it('When it is cut within a transaction, then that fails as infrastructure and the next one works', async () => {
    const other = connect(1);
    const work = other.transaction(async (tx) => {
      await tx.query({ text: `insert into account values ('eve', 1)` });
      await kill();
      await tx.query({ text: 'select 1' });
    });
    const error = await work.catch((reason: unknown) => reason);
    expect(isInfrastructureFailure(error)).toBe(true);
    expect(await balanceOf('eve')).toBeUndefined();
    expect(await other.transaction((tx) => tx.query({ text: 'select 2 as two' }))).toEqual([{ two: 2 }]);
    await other.close();
  });

  it('When it is cut before COMMIT, then the commit fails as infrastructure and nothing follows', async () => {
    const other = connect(1);
    let followed = false;
    const work = other.transaction(async (tx) => {
      tx.afterCommit(() => {
        followed = true;
      });
      await tx.query({ text: `insert into account values ('finn', 1)` });
      await kill();
    });
    const error = await work.catch((reason: unknown) => reason);
    expect([isInfrastructureFailure(error), followed]).toEqual([true, false]);
    await other.close();
  });

  it('When a statement takes too long, then it fails as infrastructure and its connection can be used', async () => {
    const other = connect(1, 100);
    const error = await other.query({ text: 'select pg_sleep(5)' }).catch((reason: unknown) => reason);
    expect(isInfrastructureFailure(error)).toBe(true);
    expect(await other.query({ text: 'select 1 as one' })).toEqual([{ one: 1 }]);
    await other.close();
  });

  it('When a unique key is violated, then that says which and the connection stays open', async () => {
    const other = connect(1);
    const backend = async () =>
      (await other.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' }))[0]?.pid;
    const before = await backend();
    await other.query({ text: `insert into account values ('gus', 1)` });
    const error = await other
      .query({ text: `insert into account values ('gus', 1)` })
      .catch((reason: unknown) => reason);
    expect(isUniqueViolation(error, 'account_pkey')).toBe(true);
    expect(isUniqueViolation(error, 'other_key')).toBe(false);
    expect(await backend()).toBe(before);
    await other.close();
  });

  it('When nobody listens on the port, then the statement fails as infrastructure at once', async () => {
    const nowhere = connectPostgres({ ...pg.connection, port: 1, name: 'nowhere' });
    const error = await nowhere.query({ text: 'select 1' }).catch((reason: unknown) => reason);
    expect(isInfrastructureFailure(error)).toBe(true);
    await nowhere.close();
  });

  it('When it is closed twice, then both resolve and later statements fail', async () => {
    const other = connect(1);
    await other.query({ text: 'select 1' });
    await Promise.all([other.close(), other.close()]);
    const error = await other.query({ text: 'select 1' }).catch((reason: unknown) => reason);
    expect(isInfrastructureFailure(error)).toBe(true);
  });
});

describe('the number of connections', () => {
  it('When a connection is free, then nobody waits; when all are busy, then the rest does', async () => {
    const two = connectPostgres({ ...pg.connection, name: 'two', max: 2 });
    const sleep = () => two.query({ text: 'select pg_sleep(0.2)' });
    await sleep();
    expect(two.connections()).toEqual({ total: 1, idle: 1, waiting: 0 });
    const first = sleep();
    expect(two.connections()).toEqual({ total: 1, idle: 0, waiting: 0 });
    const others = [sleep(), sleep(), sleep()];
    expect(two.connections()).toMatchObject({ idle: 0, waiting: 2 });
    await tick();
    expect(two.connections()).toEqual({ total: 2, idle: 0, waiting: 2 });
    await Promise.all([first, ...others]);
    expect(two.connections()).toEqual({ total: 2, idle: 2, waiting: 0 });
    await two.close();
  });
});
