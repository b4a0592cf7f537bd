import { startOf } from '@shop/platform/postgres/server/processes.ts';
import { createLeash } from './leash.ts';

/** Puts a process (its id) and a folder on a leash, says so, and waits to be killed. */
const [, , pid = '', folder = ''] = process.argv;
const leash = createLeash();
leash.hold({ process: { pid: Number(pid), started: (await startOf(Number(pid))) ?? '' } });
leash.hold({ folder });
console.log('held');
process.stdin.resume();
