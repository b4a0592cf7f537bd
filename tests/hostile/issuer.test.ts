import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answering, json } from '../../packages/sdk/testing.ts';
import { call } from '../support/client.ts';
import { removeFolder, type Shop, startShop } from '../support/shop.ts';

const issuer = 'https://issuer.example';
const audience = 'the-shop';
const sub = '01900000-0000-7000-8000-000000000001';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'ES256' };
const keys = await answering(json(200, { keys: [jwk] }));
let shop: Shop;

beforeAll(async () => {
  shop = await startShop({
    env: { AUTH_ISSUER: issuer, AUTH_JWKS_URL: `${keys.url}/jwks.json`, AUTH_AUDIENCE: audience },
  });
});
afterAll(async () => {
  await shop?.stop();
  if (shop) removeFolder(shop.dataDir);
  await keys.close();
});

const token = (claims: JWTPayload = {}) =>
  new SignJWT({
    iss: issuer,
    aud: audience,
    sub,
    role: 'customer',
    exp: Math.floor(Date.now() / 1000) + 600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(privateKey);
const cart = async (sent: string) => (await call(shop.url, 'GET', '/api/v1/cart', {}, sent)).status;

describe('A shop behind another issuer', () => {
  it('When the issuer signs for the shop, then its customers have carts', async () => {
    expect(await cart(await token())).toBe(200);
    expect(await cart(await token({ aud: ['else', audience] }))).toBe(200);
  });

  it.each([
    ['for another shop', { aud: 'another-shop' }],
    ['for nobody in particular', { aud: undefined }],
    ['for an empty list', { aud: [] as string[] }],
    ['in the name of another issuer', { iss: 'https://evil.example' }],
    ['for a role that is none', { role: 'root' }],
    ['for a subject that is no UUID', { sub: 'auth0|12345' }],
    ['for a moment that is over', { exp: 1 }],
  ])('When the issuer signs %s, then it is 401', async (_what, claims) => {
    expect(await cart(await token(claims))).toBe(401);
  });

  it("When a token is the shop's own, then it is 401: there is one issuer at a time", async () => {
    const own = (await call(shop.url, 'POST', '/api/v1/auth/guest', { body: {} })).body.accessToken;
    expect(await cart(own)).toBe(401);
  });
});
