import { defineConfig } from 'vitest/config';

/** What needs the real Kafka, MongoDB, Redis or nginx: fetched and started by the setup, so apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['**/*.distributed.test.ts', 'tests/distributed/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: ['packages/platform/testing/postgres.setup.ts', 'tests/distributed/servers.setup.ts'],
    // Tests share the machine with the servers that they start.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
