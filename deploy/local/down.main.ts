import { resolve } from 'node:path';
import { stopwatch } from '@shop/platform/time/system.ts';
import { alone, openFolder } from './claim.ts';
import { refusePositionals, report, root, runCommand } from './command.ts';
import { readStackConfig } from './config.ts';
import { endStack } from './down.ts';

const usage = 'usage: npm run stack:down    ends the stack: services first, then servers; the data stay in .local';

await runCommand({
  usage,
  async run({ positionals }) {
    refusePositionals(positionals, usage);
    const dir = await openFolder(resolve(root, readStackConfig(process.env).STACK_DIR));
    const elapsed = stopwatch();
    const ended = await alone(dir, () => endStack(dir, report));
    report(
      ended === 0
        ? 'no stack is running here.'
        : `ended ${ended} processes in ${(elapsed() / 1000).toFixed(1)} s; the data stay.`,
    );
    return 0;
  },
});
