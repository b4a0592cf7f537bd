import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { arrange, migrations } from './testing/arrange.ts';

const pg = await testDatabase(migrations);
const { server, send, clock, identity } = await arrange(pg);
afterAll(() => server.close());

const day = 24 * 60 * 60 * 1000;
const someToken = async () => (await send('guest')).body.refreshToken as string;
const refresh = (refreshToken: string) => send('refresh', { refreshToken });
const tokensStored = async () =>
  (
    await pg.query<{ tokens: number; families: number }>({
      text: 'select (select count(*) from refresh_tokens) as tokens, (select count(*) from refresh_families) as families',
    })
  )[0];

describe('refreshing', () => {
  it('When a refresh token is used, then new tokens of the same user come for it', async () => {
    const guest = (await send('guest')).body;
    clock.advance(1_000);
    const { status, body } = await refresh(guest.refreshToken);
    expect(status).toBe(200);
    expect(body.user).toEqual(guest.user);
    expect(body.refreshToken).not.toBe(guest.refreshToken);
    expect(body.accessToken).not.toBe(guest.accessToken);
    expect((await refresh(body.refreshToken)).status).toBe(200);
  });

  it('When an old refresh token comes again, then it is refused and its whole family ends', async () => {
    const first = await someToken();
    const second = (await refresh(first)).body.refreshToken;
    const reuse = await refresh(first);
    expect([reuse.status, reuse.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect((await refresh(second)).status).toBe(401);
  });

  it('When an old refresh token comes again, then other sign-ins of the user go on', async () => {
    const [mine, other] = [await someToken(), await someToken()];
    await refresh(mine);
    await refresh(mine);
    expect((await refresh(other)).status).toBe(200);
  });

  it('When ten use one refresh token at once, then exactly one wins and the family has ended', async () => {
    const token = await someToken();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(401)]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await refresh(winner?.body.refreshToken)).status).toBe(401);
  });

  it('When a refresh token is unknown, then the answer is 401', async () => {
    expect((await refresh('made-up')).body.code).toBe('UNAUTHENTICATED');
  });

  it('When a refresh token waited 30 days, then it has expired; each use starts the time anew', async () => {
    const [kept, forgotten] = [await someToken(), await someToken()];
    clock.advance(20 * day);
    const next = (await refresh(kept)).body.refreshToken;
    clock.advance(10 * day);
    expect((await refresh(forgotten)).status).toBe(401);
    expect((await refresh(next)).status).toBe(200);
  });

  it('When someone reads the database, then there is no refresh token in it', async () => {
    const token = await someToken();
    const rows = await pg.query<{ row: string }>({
      text: 'select row_to_json(refresh_tokens)::text as row from refresh_tokens',
    });
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toContain(token);
  });
});

describe('signing out', () => {
  it('When someone signs out, then neither this nor any later token of the sign-in works', async () => {
    const first = await someToken();
    const second = (await refresh(first)).body.refreshToken;
    expect((await send('logout', { refreshToken: first })).status).toBe(204);
    expect((await refresh(second)).status).toBe(401);
  });

  it('When someone signs out again, or with an unknown token, then the answer is 204', async () => {
    const token = await someToken();
    for (const refreshToken of [token, token, 'made-up']) {
      expect((await send('logout', { refreshToken })).status).toBe(204);
    }
  });

  it('When a sign-out and a refresh race, then no token that works is left', async () => {
    for (let round = 0; round < 10; round += 1) {
      const token = await someToken();
      const [refreshed] = await Promise.all([refresh(token), send('logout', { refreshToken: token })]);
      if (refreshed.status === 200) expect((await refresh(refreshed.body.refreshToken)).status).toBe(401);
      expect((await refresh(token)).status).toBe(401);
    }
  });
});

describe('cleaning up', () => {
  it('When tokens have expired, then they go, and families with them once no valid token is left', async () => {
    clock.advance(31 * day);
    await identity.forgetExpired(1_000);
    expect(await tokensStored()).toEqual({ tokens: 0, families: 0 });
    const old = await someToken();
    clock.advance(20 * day);
    const next = (await refresh(old)).body.refreshToken;
    await someToken();
    clock.advance(11 * day);
    expect(await identity.forgetExpired(1_000)).toBe(1);
    expect(await tokensStored()).toEqual({ tokens: 2, families: 2 });
    expect((await refresh(next)).status).toBe(200);
  });

  it('When more has expired than a batch holds, then a batch goes at a time, with what belongs to it', async () => {
    await pg.query({
      text: `with family as (
          insert into refresh_families select gen_random_uuid(), users.id, $1 from users limit 1 returning id
        )
        insert into refresh_tokens (hash, family_id, expires_at)
        select sha256(n::text::bytea), id, $1 from family, generate_series(1, 1500) as n`,
      values: [new Date('2020-01-01')],
    });
    expect(await identity.forgetExpired(1_000)).toBe(1_000);
    // The others went with their family.
    expect(await identity.forgetExpired(1_000)).toBe(0);
  });
});
