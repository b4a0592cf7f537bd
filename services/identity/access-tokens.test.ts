import { connectPostgres } from '@shop/platform/postgres/connect.ts';
import { testDatabase } from '@shop/platform/testing/postgres.ts';
import { type ManualClock, manualClock } from '@shop/platform/testing/time.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { createLocalJWKSet, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { createAccessTokens } from './access-tokens.ts';
import { createPostgresIdentityStore } from './store.postgres.ts';
import type { KeyStore } from './store.ts';
import { arrange, issuer, migrations } from './testing/arrange.ts';

const account = { id: systemIds.uuid(), role: 'customer' } as const;
const minute = 60_000;

const verifyWith = (
  keys: Awaited<ReturnType<ReturnType<typeof createAccessTokens>['publicKeys']>>,
  clock: ManualClock,
) => {
  const set = createLocalJWKSet({ keys });
  return (token: string) => jwtVerify(token, set, { issuer, currentDate: clock.now() });
};

/** Retires the active key and adds the next one, as an operator would. */
const rotateBy = async (pg: Awaited<ReturnType<typeof testDatabase>>, kid: string, now: Date) => {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = JSON.stringify(await exportJWK(privateKey));
  await pg.transaction(async (tx) => {
    await tx.query({ text: 'update signing_keys set retired_at = $1 where retired_at is null', values: [now] });
    await tx.query({ text: 'insert into signing_keys values ($1, $2, $3)', values: [kid, jwk, now] });
  });
};

describe('access tokens', async () => {
  const pg = await testDatabase(migrations);
  const clock = manualClock();
  const tokens = createAccessTokens({ store: createPostgresIdentityStore({ pg }), issuer, clock });

  it('When a token is issued, then it names its key, issuer, user and role and ends after 15 minutes', async () => {
    const token = await tokens.issue(account);
    const [key] = await tokens.publicKeys();
    const { payload } = await verifyWith(await tokens.publicKeys(), clock)(token);
    const now = clock.now().getTime() / 1000;
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: key?.kid, typ: 'JWT' });
    expect(payload).toEqual({ iss: issuer, sub: account.id, role: 'customer', iat: now, exp: now + 900 });
  });

  it('When keys are published, then the private half is not', async () => {
    const [key] = await tokens.publicKeys();
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  });

  it('When the key is rotated, then new tokens carry the new one and old tokens stay valid until they end', async () => {
    const old = await tokens.issue(account);
    await rotateBy(pg, 'next', clock.now());
    clock.advance(minute);
    const fresh = await tokens.issue(account);
    expect(decodeProtectedHeader(fresh).kid).toBe('next');
    const verify = verifyWith(await tokens.publicKeys(), clock);
    await verify(old);
    await verify(fresh);
    clock.advance(61 * minute);
    expect((await tokens.publicKeys()).map(({ kid }) => kid)).toEqual(['next']);
  });
});

describe('the signing key', () => {
  it('When many processes start at once on an empty database, then all sign with the same key', async () => {
    const pg = await testDatabase(migrations);
    const processes = Array.from({ length: 6 }, () => connectPostgres({ ...pg.connection, name: 'process', max: 1 }));
    afterAll(() => Promise.all(processes.map((connection) => connection.close())));
    const published = await Promise.all(
      processes.map((connection) => {
        const store = createPostgresIdentityStore({ pg: connection });
        return createAccessTokens({ store, issuer, clock: manualClock() }).publicKeys();
      }),
    );
    expect(new Set(published.map((keys) => JSON.stringify(keys))).size).toBe(1);
    expect(published[0]).toHaveLength(1);
  });

  it('When the process starts anew, then tokens of before stay valid', async () => {
    const pg = await testDatabase(migrations);
    const clock = manualClock();
    const start = () => createAccessTokens({ store: createPostgresIdentityStore({ pg }), issuer, clock });
    const token = await start().issue(account);
    await verifyWith(await start().publicKeys(), clock)(token);
  });

  it('When the database is gone, then the keys in hand go on', async () => {
    const pg = await testDatabase(migrations);
    const clock = manualClock();
    const real = createPostgresIdentityStore({ pg });
    let gone = false;
    const store: KeyStore = {
      ...real,
      signingKeys: (after) => (gone ? Promise.reject(new Error('connection refused')) : real.signingKeys(after)),
    };
    const tokens = createAccessTokens({ store, issuer, clock });
    const keys = await tokens.publicKeys();
    gone = true;
    clock.advance(10 * minute);
    expect(await tokens.publicKeys()).toEqual(keys);
    await expect(createAccessTokens({ store, issuer, clock }).publicKeys()).rejects.toThrow('connection refused');
  });
});

describe('the key document', () => {
  it('When it is fetched, then it holds the public keys and may be cached', async () => {
    const { server, identity } = await arrange(await testDatabase(migrations));
    const { status, body, headers } = await server.request('GET', '/.well-known/jwks.json');
    await server.close();
    expect(status).toBe(200);
    expect(body).toEqual({ keys: await identity.signingKeys() });
    expect(headers.get('Cache-Control')).toBe('public, max-age=60');
  });
});
