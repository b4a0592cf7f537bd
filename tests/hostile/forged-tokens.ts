import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

/** What tokens are forged from: the shop's own key, and a good token of a customer. */
export interface Mint {
  privateJwk: JWK;
  kid: string;
  issuer: string;
  /** A valid token, and whose it is. */
  token: string;
  userId: string;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (offset: number): number => Math.floor(Date.now() / 1000) + offset;

const signed = async (mint: Mint, claims: JWTPayload = {}, header: object = {}): Promise<string> => {
  const role = { iss: mint.issuer, sub: mint.userId, role: 'customer', exp: seconds(600) };
  return new SignJWT({ ...role, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: mint.kid, ...header })
    .sign(await importJWK(mint.privateJwk, 'EdDSA'));
};

const withOtherKey = async (mint: Mint): Promise<string> => {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return signed({ ...mint, privateJwk: await exportJWK(privateKey) });
};

/** HS256 with the public key for a secret, in the forms that a confused verifier might take it for one. */
const withPublicKey = (mint: Mint, form: 'x' | 'pem' | 'jwk'): string => {
  const { kty, crv, x } = mint.privateJwk;
  const pem = createPublicKey({ key: { kty, crv, x }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const secret = { x: Buffer.from(String(x), 'base64url'), pem: String(pem), jwk: JSON.stringify({ kty, crv, x }) }[
    form
  ];
  const head = base64({ alg: 'HS256', kid: mint.kid, typ: 'JWT' });
  const payload = base64({ iss: mint.issuer, sub: mint.userId, role: 'admin', exp: seconds(600) });
  return `${head}.${payload}.${createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url')}`;
};

const parts = (token: string): [string, string, string] => token.split('.') as [string, string, string];

const promoted = ({ token }: Mint): string => {
  const [head, payload, signature] = parts(token);
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return `${head}.${base64({ ...claims, role: 'admin' })}.${signature}`;
};

const withoutSignature = (mint: Mint, alg: string): string =>
  `${base64({ alg, kid: mint.kid })}.${base64({ iss: mint.issuer, sub: mint.userId, role: 'admin', exp: seconds(600) })}.`;

/** Tokens that stand for nobody, by what is wrong with them. */
export const forgeries: [what: string, forge: (mint: Mint) => string | Promise<string>][] = [
  ['a word', () => 'letmein'],
  ['three dots', () => '...'],
  ['9,000 letters', () => 'a'.repeat(9000)],
  ['a session id', () => randomUUID()],
  ['JSON', () => '{"role":"admin"}'],
  ['two tokens', ({ token }) => `${token} ${token}`],
  ['cut off', ({ token }) => token.slice(0, -10)],
  ['without its signature', ({ token }) => parts(token).slice(0, 2).join('.')],
  ['with an empty signature', ({ token }) => `${parts(token).slice(0, 2).join('.')}.`],
  [
    'with a signature of zeros',
    ({ token }) => `${parts(token).slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
  ],
  ['promoted to admin under its old signature', promoted],
  ['signed with somebody else’s key', withOtherKey],
  ['of alg none', (mint) => withoutSignature(mint, 'none')],
  ['of alg NoNe', (mint) => withoutSignature(mint, 'NoNe')],
  ['of no alg', (mint) => withoutSignature(mint, '')],
  ['HS256 with the public key’s bytes', (mint) => withPublicKey(mint, 'x')],
  ['HS256 with the public key in PEM', (mint) => withPublicKey(mint, 'pem')],
  ['HS256 with the public key in JSON', (mint) => withPublicKey(mint, 'jwk')],
  ['expired a second ago', (mint) => signed(mint, { exp: seconds(-1) })],
  ['expired in 1970', (mint) => signed(mint, { exp: 1 })],
  ['without an end', (mint) => signed(mint, { exp: undefined })],
  ['valid from tomorrow', (mint) => signed(mint, { nbf: seconds(86_400) })],
  ['of another issuer', (mint) => signed(mint, { iss: 'https://evil.example' })],
  ['of no issuer', (mint) => signed(mint, { iss: undefined })],
  ['of nobody', (mint) => signed(mint, { sub: undefined })],
  ['of SQL', (mint) => signed(mint, { sub: "' OR 1=1 --" })],
  ['of a role that is none', (mint) => signed(mint, { role: 'root' })],
  ['of two roles', (mint) => signed(mint, { role: ['customer', 'admin'] })],
  ['of no role', (mint) => signed(mint, { role: undefined })],
  ['of a service', (mint) => signed(mint, { role: 'service', sub: 'cart' })],
  ['with a key of its own in it', (mint) => withOtherKey({ ...mint, kid: 'mine' })],
  ['with a key that is a path', (mint) => signed(mint, {}, { kid: '../../../dev/null' })],
  ['with a key that is SQL', (mint) => signed(mint, {}, { kid: "' UNION SELECT 'x" })],
  ['with a critical extension', (mint) => signed(mint, {}, { crit: ['exp'] }).catch(() => 'a.b.c')],
];

/** A token as the shop would sign it, with other claims. */
export const mintedBy = signed;
