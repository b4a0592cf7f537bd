import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { testDatabase } from '../testing/postgres.ts';
import { migrate } from './migrate.ts';
import { createDatabase } from './server/databases.ts';

const pg = await testDatabase();
const { connection } = pg;

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true }))));

const folder = async (files: Record<string, string>): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'migrations-'));
  folders.push(dir);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
};

describe('migrate', () => {
  it('When several processes migrate at once, then each migration is applied once', async () => {
    const dir = await folder({ '0001_first.sql': 'create table first (a int);', 'notes.md': 'not SQL' });
    await Promise.all([1, 2, 3].map(() => migrate({ connection, dir })));
    await writeFile(join(dir, '0002_second.sql'), 'alter table first add b int;');
    await migrate({ connection, dir });
    const applied = await pg.query({ text: 'select name from migrations order by id' });
    expect(applied).toEqual([{ name: '0001_first' }, { name: '0002_second' }]);
  });

  it('When a migration fails, then it says why and nothing of its set stays', async () => {
    const dir = await folder({
      '0001_first.sql': '',
      '0002_second.sql': '',
      '0003_good.sql': 'create table good (a int);',
      '0004_bad.sql': 'create table bad (a no_such_type);',
    });
    await expect(migrate({ connection, dir })).rejects.toThrow('no_such_type');
    expect(await pg.query({ text: `select to_regclass('good') as good` })).toEqual([{ good: null }]);
  });
});

describe('createDatabase', () => {
  it('When it is called twice at once and again, then there is one database', async () => {
    const server = inject('postgres');
    await Promise.all([createDatabase(server, 'twice "quoted"'), createDatabase(server, 'twice "quoted"')]);
    await createDatabase(server, 'twice "quoted"');
    const found = await pg.query({
      text: 'select datname from pg_database where datname = $1',
      values: ['twice "quoted"'],
    });
    expect(found).toHaveLength(1);
  });
});
