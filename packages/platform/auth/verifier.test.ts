import { createServer } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { listen } from '../http/server.ts';
import { manualClock } from '../testing/time.ts';
import { jwtVerifier } from './verifier.ts';

const issuer = 'https://shop.test';
const sub = '01900000-0000-7000-8000-000000000001';

const keyOf = async (alg: 'EdDSA' | 'ES256' | 'RS256', kid: string) => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } as JWK };
};

interface Wanted {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A token that is good unless `wanted` spoils it; ten minutes from the manual clock's start. */
const sign = (key: { alg: string; kid: string; privateKey: CryptoKey }, { claims, header }: Wanted = {}) =>
  new SignJWT({ iss: issuer, sub, role: 'customer', exp: Date.parse('2026-01-01T00:10:00Z') / 1000, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);

describe('the verifier of access tokens', () => {
  it('When a token is signed with EdDSA or ES256 by a known key, then it tells id and role', async () => {
    const keys = await Promise.all([keyOf('EdDSA', 'a'), keyOf('ES256', 'b')]);
    const verify = jwtVerifier({ issuer, keys: async () => keys.map(({ jwk }) => jwk), clock: manualClock() });
    for (const key of keys) expect(await verify(await sign(key))).toEqual({ id: sub, role: 'customer' });
    expect(await verify(await sign(keys[0], { claims: { role: 'admin' } }))).toEqual({ id: sub, role: 'admin' });
  });

  it('When anything about a token is wrong, then it stands for nobody, and nothing is thrown', async () => {
    const [good, other, rsa] = await Promise.all([keyOf('EdDSA', 'a'), keyOf('EdDSA', 'a'), keyOf('RS256', 'r')]);
    const verify = jwtVerifier({ issuer, keys: async () => [good.jwk, rsa.jwk], clock: manualClock() });
    const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: issuer, sub, role: 'admin', exp: 1_900_000_000 };
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'a' })
      .sign(new TextEncoder().encode(JSON.stringify(good.jwk)));
    const bad = [
      '',
      'x',
      '..',
      `${base64({ alg: 'none', kid: 'a' })}.${base64(claims)}.`,
      hmac,
      await sign(other),
      await sign(rsa),
      await sign(good, { claims: { iss: 'https://else.where' } }),
      await sign(good, { claims: { exp: Date.parse('2025-12-31T23:59:59Z') / 1000 } }),
      await sign(good, { claims: { exp: undefined } }),
      await sign(good, { claims: { sub: undefined } }),
      await sign(good, { claims: { sub: "1' or 1=1" } }),
      await sign(good, { claims: { role: undefined } }),
      await sign(good, { claims: { role: 'root' } }),
      await sign(good, { claims: { role: ['admin'] } }),
      await sign(good, { claims: { nbf: 1_900_000_000 } }),
    ];
    for (const token of bad) expect([token, await verify(token)]).toEqual([token, undefined]);
  });

  it('When an audience is asked for, then only tokens that name it count', async () => {
    const key = await keyOf('EdDSA', 'a');
    const verify = jwtVerifier({ issuer, audience: 'shop', keys: async () => [key.jwk], clock: manualClock() });
    const counts = async (aud: unknown) => (await verify(await sign(key, { claims: { aud } }))) !== undefined;
    expect(await counts('shop')).toBe(true);
    expect(await counts(['else', 'shop'])).toBe(true);
    for (const aud of [undefined, 'else', ['else'], [], '']) expect([aud, await counts(aud)]).toEqual([aud, false]);
  });

  it('When a token comes again, then keys are not read again, and its end is still kept', async () => {
    const clock = manualClock();
    const key = await keyOf('EdDSA', 'a');
    let reads = 0;
    const keys = async () => {
      reads += 1;
      return [key.jwk];
    };
    const verify = jwtVerifier({ issuer, keys, clock });
    const token = await sign(key);
    await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(reads).toBe(1);
    clock.advance(599_999);
    expect(await verify(token)).toBeDefined();
    clock.advance(1);
    expect(await verify(token)).toBeUndefined();
  });

  it('When a caller changes the user it got, then the next caller gets a fresh one', async () => {
    const key = await keyOf('EdDSA', 'a');
    const verify = jwtVerifier({ issuer, keys: async () => [key.jwk], clock: manualClock() });
    const token = await sign(key);
    for (let call = 0; call < 2; call += 1) {
      const user = await verify(token);
      if (user) user.role = 'admin';
    }
    expect(await verify(token)).toEqual({ id: sub, role: 'customer' });
  });

  it('When a key is withdrawn, then its tokens end within minutes', async () => {
    const clock = manualClock();
    const key = await keyOf('EdDSA', 'a');
    let jwks = [key.jwk];
    const verify = jwtVerifier({ issuer, keys: async () => jwks, clock });
    const token = await sign(key);
    expect(await verify(token)).toBeDefined();
    jwks = [];
    clock.advance(300_000);
    expect(await verify(token)).toBeUndefined();
  });
});

describe('remote keys', () => {
  const serveKeys = async () => {
    const state = { keys: [] as JWK[], status: 200, reads: 0 };
    const server = createServer((_request, response) => {
      state.reads += 1;
      response
        .writeHead(state.status, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ keys: state.keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/jwks.json`;
    return { state, url, close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
  };

  it('When a token names a new key, then the keys are read again, but forged names do not make it a habit', async () => {
    const [first, second] = await Promise.all([keyOf('EdDSA', 'a'), keyOf('EdDSA', 'b')]);
    const clock = manualClock();
    const { state, url, close } = await serveKeys();
    state.keys = [first.jwk];
    const verify = jwtVerifier({ issuer, keys: url, clock });
    expect(await verify(await sign(first))).toBeDefined();
    state.keys = [first.jwk, second.jwk];
    clock.advance(10_000);
    expect(await verify(await sign(second))).toBeDefined();
    expect(state.reads).toBe(2);
    for (let forged = 0; forged < 20; forged += 1) {
      expect(await verify(await sign(first, { header: { kid: `forged-${forged}` } }))).toBeUndefined();
    }
    expect(state.reads).toBe(2);
    await close();
  });

  it('When the address of the keys never answers, then the wait has an end', async () => {
    const key = await keyOf('EdDSA', 'a');
    const clock = manualClock();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/jwks.json`;
    const answer = jwtVerifier({ issuer, keys: url, clock })(await sign(key));
    const asked = new Promise<void>((resolve) => silent.once('request', () => resolve()));
    await asked;
    clock.advance(2_000);
    await expect(answer).rejects.toMatchObject({ refusal: { code: 'UNAVAILABLE' } });
    silent.close().closeAllConnections();
  });

  it('When the keys can not be had, then the answer is UNAVAILABLE, not 401, until they can; known keys go on', async () => {
    const key = await keyOf('EdDSA', 'a');
    const clock = manualClock();
    const { state, url, close } = await serveKeys();
    state.keys = [key.jwk];
    state.status = 500;
    const verify = jwtVerifier({ issuer, keys: url, clock });
    const token = await sign(key);
    await expect(verify(token)).rejects.toMatchObject({ refusal: { code: 'UNAVAILABLE' } });
    await expect(verify(token)).rejects.toMatchObject({ refusal: { code: 'UNAVAILABLE' } });
    expect(state.reads).toBe(1);
    state.status = 200;
    clock.advance(1_000);
    expect(await verify(token)).toBeDefined();
    state.status = 500;
    clock.advance(300_000);
    expect(await verify(token)).toBeDefined();
    await close();
  });
});

it('When the verifier is part of a server whose keys are gone, then requests get 503', async () => {
  const { createApp } = await import('../http/app.ts');
  const { silentLogger } = await import('../testing/logger.ts');
  const { systemIds } = await import('../time/system.ts');
  const { get } = await import('../http/route.ts');
  const key = await keyOf('EdDSA', 'a');
  const clock = manualClock();
  const app = createApp({
    name: 'test',
    routes: [get('/me', { summary: 'm', access: 'user', answers: { 204: null } }, () => undefined)],
    verify: jwtVerifier({ issuer, keys: 'http://127.0.0.1:1/jwks.json', clock }),
    clock,
    ids: systemIds,
    logger: silentLogger,
    limits: false,
    ready: async () => [],
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const response = await fetch(`${server.url}/api/v1/me`, { headers: { Authorization: `Bearer ${await sign(key)}` } });
  expect(response.status).toBe(503);
  await server.close();
});
