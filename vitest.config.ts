import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/**/*.test.ts',
      'services/**/*.test.ts',
      'apps/**/*.test.ts',
      'tests/**/*.test.ts',
      'seed/**/*.test.ts',
    ],
    // Long: npm run test:crash has it.
    exclude: ['**/node_modules/**', 'tests/crash/**'],
    globalSetup: ['packages/platform/testing/postgres.setup.ts'],
    // Tests share the machine with the servers that they start.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
