import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StackFailed } from '../../deploy/local/servers/errors.ts';
import { readArguments, usage } from './arguments.ts';
import { reportPage } from './page.ts';
import { runChaos } from './run.ts';
import { openStage } from './stage.ts';
import { summaryOf } from './summary.ts';

const begun = performance.now();
const say = (sentence: string): void => {
  const seconds = Math.round((performance.now() - begun) / 1000);
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  process.stdout.write(`${clock}  ${sentence}\n`);
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    say('interrupted; what was started ends with this process');
    process.exit(1);
  });

const run = async (): Promise<number> => {
  const wanted = readArguments(process.argv.slice(2));
  if (!wanted) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const out = resolve(wanted.out);
  await mkdir(out, { recursive: true });
  const stage = await openStage(say);
  try {
    const record = await runChaos(stage, { ...wanted, report: say });
    await writeFile(join(out, 'report.json'), `${JSON.stringify(record)}\n`);
    await writeFile(join(out, 'report.html'), reportPage(record));
    for (const breach of record.breaches) say(`WRONG: ${breach}`);
    for (const late of record.late) say(`LATE: ${late}`);
    const well = record.breaches.length === 0 && record.late.length === 0;
    if (!well) await cp(join(stage.stack.dir, 'logs'), join(out, 'logs'), { recursive: true });
    for (const line of summaryOf(record)) say(line);
    say(`the report is ${join(out, 'report.html')}`);
    return well ? 0 : 1;
  } finally {
    await stage.close();
  }
};

try {
  process.exit(await run());
} catch (error) {
  const known = error instanceof StackFailed;
  process.stderr.write(`chaos: ${known ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
