import { defineConfig } from 'vitest/config';
import { withoutChromium } from './tests/browser/chromium.ts';

/**
 * What needs the real Kafka, MongoDB, Redis or nginx, which the setup fetches and starts: adapters, the stack, and a
 * shop in the distributed form, tried by the same tests as the embedded one.
 */
export default defineConfig({
  test: {
    include: [
      '**/*.distributed.test.ts',
      'tests/distributed/**/*.test.ts',
      'tests/e2e/{changes,console,documents,idempotency,journey,lab,races,sdk,tracing}.test.ts',
      'tests/contract/walk.test.ts',
      'tests/hostile/{cart,discount,identity,import,inventory,order,product}.test.ts',
    ],
    exclude: ['**/node_modules/**', ...withoutChromium()],
    env: { SHOP_FORM: 'distributed' },
    globalSetup: ['packages/platform/testing/postgres.setup.ts', 'tests/distributed/servers.setup.ts'],
    // Tests share the machine with the servers that they start.
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
