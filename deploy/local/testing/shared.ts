import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemIds } from '@shop/platform/time/system.ts';
import { inject, onTestFinished } from 'vitest';
import type {} from '../../../tests/distributed/servers.setup.ts';
import { endStack } from '../down.ts';
import { removeNamespace } from '../namespace.ts';
import { createLeash, type Leash } from '../servers/leash.ts';
import type { StackOptions } from '../stack.ts';

/** The servers of this run. */
export const sharedServers = () => ({
  postgres: inject('postgres'),
  mongo: inject('mongo'),
  kafka: inject('kafka'),
  redis: inject('redis'),
});

/** Options of a stack of stand-ins on the servers of this run, in a folder of its own; all goes after the test. */
export const standIns = (more: Partial<StackOptions> = {}): StackOptions & { leash: Leash } => {
  const dir = mkdtempSync(join(tmpdir(), 'shop-stack-'));
  const namespace = `t${systemIds.uuid().replaceAll('-', '').slice(-12)}`;
  const servers = sharedServers();
  const leash = createLeash();
  leash.hold({ folder: dir });
  onTestFinished(async () => {
    await endStack(dir, () => {});
    await leash.end();
    await removeNamespace(servers, namespace);
  });
  return {
    dir,
    port: 0,
    freePorts: true,
    seed: false,
    servers,
    namespace,
    program: join(import.meta.dirname, 'service.fixture.ts'),
    onStart: (process, group) => leash.hold({ process, group }),
    leash,
    ...more,
  };
};
