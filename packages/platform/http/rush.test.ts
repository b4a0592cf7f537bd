import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { serve } from '../testing/http.ts';

describe('a rush', () => {
  it('When two thousand connect while the process is busy, then all of them wait, as far as the system lets them', async () => {
    const server = await serve([]);
    const somaxconn = Number(await readFile('/proc/sys/net/core/somaxconn', 'utf8'));
    const count = Math.min(2_000, somaxconn);
    const told = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
    const workerData = { port: Number(new URL(server.url).port), count, told };
    const rush = new Worker(new URL('rush.fixture.ts', import.meta.url), { workerData });
    // This process takes no connection meanwhile.
    Atomics.wait(told, 0, -1, 10_000);
    expect(Atomics.load(told, 0)).toBe(count);
    await rush.terminate();
    await server.close();
  });
});
