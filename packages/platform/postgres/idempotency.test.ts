import { refuse } from '@shop/contracts/problems.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../testing/postgres.ts';
import { once } from './idempotency.ts';

const pg = await testDatabase<never>();
await pg.query({ text: 'create table effect (at timestamptz not null default now())' });

const effects = async (): Promise<number> =>
  (await pg.query<{ count: number }>({ text: 'select count(*) from effect' }))[0]?.count ?? 0;

let key = 0;
beforeEach(async () => {
  key += 1;
  await pg.query({ text: 'truncate effect' });
});

const ask = <T>(reply: T, { userId = 'u1', requestHash = 'same' } = {}) =>
  pg.transaction((tx) =>
    once(tx, { userId, key: `k${key}`, requestHash, now: new Date('2026-01-01') }, async () => {
      await tx.query({ text: 'insert into effect default values' });
      return reply;
    }),
  );

describe('once', () => {
  it('When a request is repeated, then the first reply is answered and nothing happens again', async () => {
    expect(await ask({ n: 1 })).toEqual({ n: 1 });
    expect(await ask({ n: 2 })).toEqual({ n: 1 });
    expect(await effects()).toBe(1);
  });

  it('When ten come at the same moment, then one takes effect and all get its reply', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, (_, n) => ask({ n })));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(await effects()).toBe(1);
  });

  it('When the key comes with another request, then it is refused', async () => {
    await ask({ n: 1 });
    expect(await ask({ n: 2 }, { requestHash: 'other' })).toEqual(refuse('IDEMPOTENCY_KEY_REUSED'));
  });

  it('When another user has the same key, then both take effect', async () => {
    await ask({ n: 1 });
    expect(await ask({ n: 2 }, { userId: 'u2' })).toEqual({ n: 2 });
    expect(await effects()).toBe(2);
  });

  it('When the first was refused, then its key is free for the same request', async () => {
    expect(await ask(refuse('INSUFFICIENT_STOCK'))).toEqual(refuse('INSUFFICIENT_STOCK'));
    expect(await ask({ n: 2 })).toEqual({ n: 2 });
  });

  it('When the first failed, then its key is free and nothing of it stays', async () => {
    const failing = pg.transaction((tx) =>
      once(tx, { userId: 'u1', key: `k${key}`, requestHash: 'same', now: new Date('2026-01-01') }, async () => {
        await tx.query({ text: 'insert into effect default values' });
        throw new Error('cut');
      }),
    );
    await expect(failing).rejects.toThrow('cut');
    expect(await ask({ n: 2 })).toEqual({ n: 2 });
    expect(await effects()).toBe(1);
  });
});
