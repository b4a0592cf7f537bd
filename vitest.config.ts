import { defineConfig } from 'vitest/config';
import { findChromium } from './tests/browser/chromium.ts';

const hasChromium = findChromium() !== undefined;
if (!hasChromium)
  console.warn(`
******************************************************************************************
*  NO CHROMIUM FOUND: the tests of the web pages (tests/browser) are left out of this run.  *
*  Install it (Debian: apt-get install chromium), or name one in CHROMIUM_PATH.             *
******************************************************************************************
`);

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
      ...(hasChromium ? [] : ['tests/browser/**']),
    ],
    globalSetup: ['packages/platform/testing/postgres.setup.ts'],
    // Tests share the machine with the servers that they start.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
