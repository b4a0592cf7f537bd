import { afterAll, describe, expect, it } from 'vitest';
import { queryShop } from '../support/audit.ts';
import { guest, login } from '../support/client.ts';
import { rawCall } from '../support/raw-call.ts';
import { forgeries, type Mint, mintedBy } from './forged-tokens.ts';
import { playHostile, sendRow } from './stage.ts';
import { badBodies, badFields, foreignFields, type Good, type Row } from './tables.ts';
import { dressedUp, missing, notEmail, notOneLine, notText, type Values } from './values.ts';

const register: Good = {
  ...{ send: 'POST /auth/register', as: 'nobody' },
  body: { email: 'new@example.com', password: 'correct horse battery', name: 'Ada' },
};
const signIn: Good = {
  ...{ send: 'POST /auth/login', as: 'nobody' },
  body: { email: 'admin@example.com', password: 'admin-password' },
};
const refresh: Good = { send: 'POST /auth/refresh', as: 'nobody', body: { refreshToken: 'x' } };
const signOut: Good = { send: 'POST /auth/logout', as: 'nobody', body: { refreshToken: 'x' } };

const notPassword: Values = [...notText, ['129 characters', 'x'.repeat(129)]];
const unreadable: Values = [
  ['a space', ' '],
  ['a zero-width space', '\u200b'],
  ['a Hangul filler', '\u3164'],
];

const wrong = (what: string, fields: object): Row => ({
  ...{ what, ...signIn, body: { ...signIn.body, ...fields }, answer: '401 BAD_CREDENTIALS' },
});

/** Header lines that are no Bearer token: [what, value]. */
const headers: [what: string, value: string][] = [
  ['empty', ''],
  ['a scheme alone', 'Bearer'],
  ['basic', `Basic ${Buffer.from('admin@example.com:admin-password').toString('base64')}`],
  ['a scheme that is none', 'Admin yes'],
  ['without a scheme', 'eyJhbGciOiJFZERTQSJ9.e30.x'],
  ['with a comma', 'Bearer eyJhbGciOiJFZERTQSJ9.e30.x,'],
];

const stage = playHostile('identity', {
  watched: ['seller /auth/me', 'buyer /auth/me', 'guest /auth/me', 'nobody //.well-known/jwks.json'],
  tables: {
    'a registration': [
      ...badFields(register, {
        email: [...missing, ...notEmail, ...dressedUp],
        password: [
          ...missing,
          ...notPassword,
          ['7 characters', 'x'.repeat(7)],
          ['7 characters of two units each', '𝔵'.repeat(7)],
        ],
        name: [...missing, ...notOneLine, ...unreadable, ['201 characters', 'x'.repeat(201)]],
      }),
      ...foreignFields(register, {
        role: 'admin',
        id: '01900000-0000-7000-8000-000000000001',
        passwordHash: 'x',
        isAdmin: true,
        $set: { role: 'admin' },
      }),
      ...['admin@example.com', 'ADMIN@Example.COM'].map(
        (email): Row => ({
          ...{ what: `the address is taken: ${email}`, ...register, body: { ...register.body, email } },
          answer: '409 EMAIL_TAKEN',
        }),
      ),
    ],
    'a sign-in': [
      ...badFields(signIn, { email: [...missing, ...notEmail, ...dressedUp], password: [...missing, ...notPassword] }),
      ...foreignFields(signIn, { role: 'admin', otp: 1, $or: [{ role: 'admin' }] }),
      wrong('the password is another', { password: 'wrong-password' }),
      wrong('the password is short', { password: 'x' }),
      wrong('the password is in another case', { password: 'ADMIN-PASSWORD' }),
      wrong('the password has space after it', { password: 'admin-password ' }),
      wrong('the password is SQL', { password: "' OR '1'='1" }),
      wrong('the password is a look-alike', { password: '\u0430dmin-password' }),
      wrong('the password is a wildcard', { password: '%%%%%%%%' }),
      wrong('nobody has the address', { email: 'nobody@example.com' }),
      wrong('the address is a look-alike in Cyrillic', { email: '\u0430dmin@example.com' }),
      wrong('the address has a dotless i', { email: 'adm\u0131n@example.com' }),
    ],
    'refresh tokens': [refresh, signOut].flatMap((good) => [
      ...badFields(good, { refreshToken: [...missing, ...notText, ['201 characters', 'x'.repeat(201)]] }),
      ...foreignFields(good, { userId: 'x', $ne: 1 }),
    ]),
    'refresh tokens that are none': ['x', "' OR 1=1 --", '../..', '%00', '\u0430'].map(
      (refreshToken): Row => ({
        ...{ what: `the refresh token is ${refreshToken}`, ...refresh, body: { refreshToken } },
        answer: '401 UNAUTHENTICATED',
      }),
    ),
    bodies: [register, signIn, refresh, signOut].flatMap(badBodies),
    'headers that are no token': headers.flatMap(([what, value]) =>
      ['GET /auth/me', 'GET /cart', 'GET /products', 'POST /auth/guest'].map(
        (send): Row => ({
          ...{ what: `Authorization of ${send} is ${what}`, send, as: 'nobody', headers: { Authorization: value } },
          answer: '401 UNAUTHENTICATED',
        }),
      ),
    ),
    places: [
      {
        what: 'a query asks for somebody else',
        send: 'GET /auth/me?id=1',
        answer: '400 VALIDATION_FAILED',
        names: ['id'],
      },
      {
        what: 'a guest is made as an admin',
        send: 'POST /auth/guest?role=admin',
        as: 'nobody',
        answer: '400 VALIDATION_FAILED',
        names: ['role'],
      },
      {
        what: 'the keys are asked for with a query',
        send: 'GET //.well-known/jwks.json?private=1',
        as: 'nobody',
        answer: '400 VALIDATION_FAILED',
        names: ['private'],
      },
    ],
  },
});

describe('Forged tokens', () => {
  const mint = async (): Promise<Mint> => {
    const [key] = await queryShop<{ kid: string; private_jwk: Mint['privateJwk'] }>(
      stage.shop,
      'identity',
      'select kid, private_jwk from signing_keys where retired_at is null',
    );
    if (!key) throw new Error('the shop has no key');
    const { token, userId } = stage.buyer;
    return { privateJwk: key.private_jwk, kid: key.kid, issuer: 'ecommerce-microservices', token, userId };
  };
  const ask = (token: string, send = 'GET /auth/me', as: Row['as'] = 'nobody') =>
    sendRow(stage, { send, as, headers: { Authorization: `Bearer ${token}` } });

  it('When a token is minted as the shop does it, then it counts: what is refused below is refused for its fault', async () => {
    expect((await ask(await mintedBy(await mint()))).status).toBe(200);
  });

  it.each(forgeries)('When a token is %s, then it is 401 also where nobody has to sign in', async (_what, forge) => {
    const token = await forge(await mint());
    for (const send of [
      'GET /auth/me',
      'GET /cart',
      'GET /vouchers',
      'GET /products',
      'POST /checkouts',
      'DELETE /cart',
    ]) {
      const { status, body } = await ask(token, send);
      expect([send, status, body.code]).toEqual([send, 401, 'UNAUTHENTICATED']);
    }
  });

  it('When the token is of a user who is gone, then the shop knows no such user', async () => {
    const made = await mint();
    const gone = await mintedBy(made, { sub: '01900000-0000-7000-8000-00000000dead' });
    expect((await ask(gone)).body.code).toBe('UNAUTHENTICATED');
    expect((await ask(gone, 'GET /orders')).body.items).toEqual([]);
  });

  it('When somebody looks like the admin in Cyrillic, then it is an account of its own and no admin', async () => {
    const email = '\u0430dmin@example.com';
    const { status, body } = await sendRow(stage, { ...register, body: { ...register.body, email } });
    expect([status, body.user.role]).toEqual([201, 'customer']);
    const signedIn = await login(stage.shop.url, email, 'correct horse battery');
    expect((await signedIn.get('/vouchers')).body.code).toBe('FORBIDDEN');
    expect(signedIn.userId).not.toBe(stage.seller.userId);
  });

  it('When a refresh token is used twice, then its family ends and a guest is not let into it', async () => {
    const kim = await guest(stage.shop.url);
    const turn = (refreshToken: string) => sendRow(stage, { ...refresh, body: { refreshToken } });
    const next = (await turn(kim.refreshToken)).body.refreshToken;
    expect((await turn(kim.refreshToken)).body.code).toBe('UNAUTHENTICATED');
    expect((await turn(next)).body.code).toBe('UNAUTHENTICATED');
  });

  it('When a service command is sent with any of it, then nobody is there', async () => {
    const admin = await mintedBy(await mint(), { role: 'admin' });
    for (const place of ['cart/lock', 'cart/merge', 'inventory/reserve', 'discount/apply', 'product/bySkus']) {
      const { status, body } = await rawCall(stage.shop.url, {
        ...{ method: 'POST', path: `/internal/${place}`, body: '{}' },
        headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
      });
      expect([place, status, body.code]).toEqual([place, 404, 'NOT_FOUND']);
    }
  });

  afterAll(() => expect(stage.shop.output()).not.toContain('"level":50'));
});
