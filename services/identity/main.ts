import { join } from 'node:path';
import { httpCartCommands } from '@shop/clients/cart.ts';
import { openCaller } from '@shop/platform/service/callers.ts';
import { runService } from '@shop/platform/service/run-service.ts';
import { openPostgres, patiently } from '@shop/platform/service/servers.ts';
import { isLabOn } from '@shop/platform/service/settings.ts';
import { identityBackground } from './background.ts';
import { adminOf } from './config.ts';
import { identityLabRoutes } from './lab.ts';
import { createPasswords } from './passwords.ts';
import { identityRoutes } from './routes.ts';
import { createIdentity } from './service.ts';
import { settings } from './settings.ts';
import { createPostgresIdentityStore } from './store.postgres.ts';

/** Identity as a process of its own. */
await runService('identity', settings, async (context) => {
  const { config, clock, ids, logger } = context;
  const admin = adminOf(config);
  const pg = await openPostgres(context, {
    url: config.DATABASE_URL,
    variable: 'DATABASE_URL',
    dir: join(import.meta.dirname, 'migrations'),
  });
  const identity = createIdentity({
    store: createPostgresIdentityStore({ pg }),
    passwords: createPasswords({ ids }),
    cart: httpCartCommands(openCaller(context, 'cart', config.CART_URL)),
    issuer: config.AUTH_ISSUER,
    clock,
    ids,
    logger,
  });
  await patiently(context, 'DATABASE_URL', () => identity.ensureAdmin(admin));
  return {
    routes: () => [...identityRoutes(identity), ...(isLabOn(config) ? identityLabRoutes(identity) : [])],
    keys: config.AUTH_JWKS_URL ?? (() => identity.signingKeys()),
    background: identityBackground(identity),
  };
});
