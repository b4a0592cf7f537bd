import { onInterrupt } from '../interrupt.ts';
import { type StackOptions, startStack } from '../stack.ts';

/**
 * Starts a stack as `npm run stack` does, for tests that interrupt or kill that: `node stack.fixture.ts <options as JSON>`.
 * Says what the start reports, and `open` at its end.
 */
const report = (sentence: string): void => console.log(sentence);

try {
  const options = JSON.parse(process.argv[2] ?? '{}') as StackOptions;
  await startStack({ ...options, report, signal: onInterrupt(report) });
  console.log('open');
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
