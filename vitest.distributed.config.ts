import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { withoutChromium } from './tests/browser/chromium.ts';

/** The longest file, two minutes and a half: begun last, it would run alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith('/tests/distributed/rolling.test.ts');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

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
    sequence: { sequencer: LongestFirst },
    testTimeout: 90_000,
    hookTimeout: 90_000,
  },
});
