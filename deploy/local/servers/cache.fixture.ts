import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@shop/platform/time/system.ts';
import { cached } from './cache.ts';

/** Begins to fill an entry of the cache in the folder that it is given, says so, and never ends. */
await cached({
  name: 'thing-1',
  what: 'Thing 1',
  folder: process.argv[2],
  report: () => {},
  async fill(draft) {
    await writeFile(join(draft, 'half'), '');
    console.log('filling');
    await systemClock.sleep(60_000);
  },
});
