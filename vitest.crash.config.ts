import { defineConfig } from 'vitest/config';

/** The shop killed at every point of its code: some minutes, so apart from `npm test`. */
export default defineConfig({ test: { include: ['tests/crash/**/*.test.ts'] } });
