import { join } from 'node:path';
import type { CartCommands } from '@shop/contracts/commands.ts';
import { jwtVerifier } from '@shop/platform/auth/verifier.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { Logger } from '@shop/platform/telemetry/logger.ts';
import { serve, type TestServer } from '@shop/platform/testing/http.ts';
import { silentLogger } from '@shop/platform/testing/logger.ts';
import { type ManualClock, manualClock } from '@shop/platform/testing/time.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { createPasswords, type Passwords } from '../passwords.ts';
import { identityRoutes } from '../routes.ts';
import { createIdentity, type Identity } from '../service.ts';
import { createPostgresIdentityStore } from '../store.postgres.ts';
import type { IdentityStore } from '../store.ts';

export const migrations = join(import.meta.dirname, '..', 'migrations');
export const issuer = 'https://shop.test';
export const passwords: Passwords = createPasswords({ ids: systemIds });
export const password = 'correct horse battery';

/** A fresh address for each test, so that tests share a database. */
export const someEmail = (): string => `${systemIds.uuid()}@example.com`;

export type MergeCart = CartCommands['merge'];

export interface Arranged {
  identity: Identity;
  store: IdentityStore;
  clock: ManualClock;
  server: TestServer;
  /** POST to a route of /auth. */
  send(route: string, body?: unknown, token?: string): ReturnType<TestServer['request']>;
}

interface Parts {
  merge?: MergeCart;
  passwords?: Passwords;
  logger?: Logger;
  store?: IdentityStore;
}

/** The service on a real database and real HTTP, its tokens checked by the keys that it publishes. */
export const arrange = async (pg: Postgres, parts: Parts = {}): Promise<Arranged> => {
  const clock = manualClock();
  const store = parts.store ?? createPostgresIdentityStore({ pg });
  const identity = createIdentity({
    store,
    passwords: parts.passwords ?? passwords,
    cart: { merge: parts.merge ?? (async () => ({ merged: true })) },
    issuer,
    clock,
    ids: systemIds,
    logger: parts.logger ?? silentLogger,
  });
  const verify = jwtVerifier({ issuer, keys: () => identity.signingKeys(), clock });
  const server = await serve(identityRoutes(identity), { verify, clock });
  const send: Arranged['send'] = (route, body, token) => server.request('POST', `/auth/${route}`, { body, token });
  return { identity, store, clock, server, send };
};
