import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Prints, for every line that it reads, what it takes for the time. */
const program = `
  import { createInterface } from 'node:readline';
  for await (const _line of createInterface({ input: process.stdin })) {
    const given = new Date(1_000);
    console.log(JSON.stringify([Date.now(), new Date().getTime(), Date.parse(Date()), given.getTime(), given instanceof Date]));
  }`;

describe('A clock that jumps', () => {
  it('When its file says by how much, then the process believes that, and given dates are as they are', async () => {
    const clocks = mkdtempSync(join(tmpdir(), 'shop-clocks-'));
    onTestFinished(() => rmSync(clocks, { recursive: true }));
    const child = spawn(
      process.execPath,
      ['--import', join(import.meta.dirname, 'skewed-clock.fixture.ts'), '--input-type=module', '-e', program],
      { env: { ...process.env, CHAOS_CLOCKS: clocks, PORT: '7104' }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const lines = createInterface({ input: child.stdout });
    const skews = async (): Promise<number[]> => {
      child.stdin.write('now\n');
      const [line] = await once(lines, 'line');
      const [now, made, printed, given, isDate] = JSON.parse(line);
      expect([given, isDate]).toEqual([1_000, true]);
      return [now, made, printed].map((ms) => Math.round((ms - Date.now()) / 60_000));
    };
    const isOff = (by: number) =>
      expect.poll(async () => (await skews()).every((skew) => skew === by), {
        timeout: 5_000,
      });
    await isOff(0).toBe(true);
    writeFileSync(join(clocks, '7104'), String(10 * 60_000));
    await isOff(10).toBe(true);
    rmSync(join(clocks, '7104'));
    await isOff(0).toBe(true);
  });
});
