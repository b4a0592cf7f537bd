import { resolve } from 'node:path';
import { stopwatch } from '@shop/platform/time/system.ts';
import { alone, openFolder } from './claim.ts';
import { refusePositionals, report, root, runCommand } from './command.ts';
import { readStackConfig } from './config.ts';
import { readService } from './replicas.ts';
import { rollingRestart } from './restart.ts';
import { openStack } from './stack.ts';

const usage = `usage: npm run stack:restart -- order    restarts a service, one replica after the other: each drains, ends and is
                                         ready again before the next one goes`;

await runCommand({
  usage,
  async run({ positionals: [name, ...more] }) {
    refusePositionals(more, usage);
    const service = readService(name);
    const dir = await openFolder(resolve(root, readStackConfig(process.env).STACK_DIR));
    const elapsed = stopwatch();
    await alone(dir, async () => rollingRestart(await openStack({ dir, report }), service, { report }));
    report(`${service} is restarted after ${(elapsed() / 1000).toFixed(1)} s.`);
    return 0;
  },
});
