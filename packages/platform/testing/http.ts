import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { jwtVerifier } from '../auth/verifier.ts';
import { type AppOptions, createApp } from '../http/app.ts';
import { apiBase } from '../http/paths.ts';
import type { Route, User } from '../http/route.ts';
import { type ListenOptions, listen } from '../http/server.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { declaredAnswers } from './declared-answers.ts';
import { silentLogger } from './logger.ts';

/** Who signs in tests. */
export const testIssuer = 'https://shop.test';

/** The token that `/internal` routes want, unless a test serves with another. */
export const testServiceToken = 'test-service-token';

export interface TestResponse {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape and assert what they find.
  body: any;
}

export interface TestRequest {
  token?: string;
  /** Sent as JSON; text is sent as it is, and needs a Content-Type in `headers`. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestServer {
  /** The origin, without a slash at the end. */
  url: string;
  tokens: { as(user: User): Promise<string> };
  /** `path` as routes declare it (relative to /api/v1), or from the root where it begins with a root path. */
  request(method: string, path: string, options?: TestRequest): Promise<TestResponse>;
  /** Rejects when an answer was not as its route declares. */
  close(): Promise<void>;
}

const keyId = 'test';
const pair = generateKeyPair('EdDSA', { extractable: true });

/** Signs and checks real tokens of the test's issuer, valid for 15 minutes of `clock`. */
export const testTokens = (clock: Clock = systemClock) => ({
  verify: jwtVerifier({
    issuer: testIssuer,
    keys: async () => [{ ...(await exportJWK((await pair).publicKey)), kid: keyId, alg: 'EdDSA', use: 'sig' }],
    clock,
  }),
  async as({ id, role }: User): Promise<string> {
    const now = Math.floor(clock.now().getTime() / 1000);
    return new SignJWT({ role })
      .setProtectedHeader({ alg: 'EdDSA', kid: keyId })
      .setIssuer(testIssuer)
      .setSubject(id)
      .setIssuedAt(now)
      .setExpirationTime(now + 900)
      .sign((await pair).privateKey);
  },
});

const fromRoot = /^\/(api|internal|health|docs|\.well-known|openapi\.json|asyncapi\.json)(\/|$|\?)/;

const parse = (text: string, type: string): unknown => {
  if (text === '') return undefined;
  return /^application\/(problem\+)?json/.test(type) ? JSON.parse(text) : text;
};

/** Serves `routes` on real HTTP at a free port of this machine, without rate limits unless `overrides` set them. */
export const serve = async (
  routes: readonly Route[],
  { lingerMs, drainMs, ...overrides }: Partial<AppOptions> & Pick<ListenOptions, 'lingerMs' | 'drainMs'> = {},
): Promise<TestServer> => {
  const tokens = testTokens(overrides.clock);
  const declared = declaredAnswers(routes);
  const app = createApp({
    name: 'test',
    routes: declared.watched,
    verify: tokens.verify,
    serviceToken: testServiceToken,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    limits: false,
    ready: async () => [],
    ...overrides,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0, lingerMs, drainMs });

  const request = async (method: string, path: string, options: TestRequest = {}): Promise<TestResponse> => {
    const { token, body, headers = {} } = options;
    const raw = typeof body === 'string';
    const response = await fetch(server.url + (fromRoot.test(path) ? path : apiBase + path), {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && !raw && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    });
    const { status } = response;
    const type = response.headers.get('content-type') ?? '';
    const answered = parse(await response.text(), type);
    declared.check(method, new URL(response.url).pathname, { status, type, body: answered });
    return { status, headers: response.headers, body: answered };
  };

  return {
    url: server.url,
    tokens,
    request,
    async close() {
      await server.close();
      declared.assertKept();
    },
  };
};
