import { relative, resolve } from 'node:path';
import { systemClock } from '@shop/platform/time/system.ts';
import { refusePositionals, report, root, runCommand } from './command.ts';
import { readStackConfig } from './config.ts';
import { readStatus } from './status.ts';
import { statusTable } from './table.ts';

const usage = `usage: npm run stack:status              shows every process: its id, port, health, age, memory and log
       npm run stack:status -- --json    the same for programs
Exits with 1 when something is down.`;

/** As it is typed from here, if that is shorter. */
const shorten = (path: string): string => {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
};

await runCommand({
  usage,
  options: { json: { type: 'boolean' } },
  async run({ values, positionals }) {
    refusePositionals(positionals, usage);
    const status = await readStatus(resolve(root, readStackConfig(process.env).STACK_DIR), systemClock);
    if (values.json)
      process.stdout.write(`${JSON.stringify(status ?? { processes: [], well: false }, undefined, 2)}\n`);
    else if (status) process.stdout.write(`${statusTable(status, shorten)}\n`);
    else report('no stack is running here; npm run stack starts one.');
    return status?.well ? 0 : 1;
  },
});
