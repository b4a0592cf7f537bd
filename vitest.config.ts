import { defineConfig } from 'vitest/config';
import { withoutChromium } from './tests/browser/chromium.ts';

export default defineConfig({
  test: {
    include: [
      'packages/**/*.test.ts',
      'services/**/*.test.ts',
      'apps/**/*.test.ts',
      'tests/**/*.test.ts',
      'seed/**/*.test.ts',
      'deploy/**/*.test.ts',
      'bench/**/*.test.ts',
      'web/**/*.test.ts',
    ],
    // Long: npm run test:crash has it. Needs more servers than npm brings: npm run test:distributed has it.
    exclude: [
      '**/node_modules/**',
      'tests/crash/**',
      'tests/distributed/**',
      '**/*.distributed.test.ts',
      ...withoutChromium(),
    ],
    globalSetup: ['packages/platform/testing/postgres.setup.ts'],
    // Tests share the machine with the servers that they start, and wait for them half the time.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
