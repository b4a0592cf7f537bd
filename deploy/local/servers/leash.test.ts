import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import { describe, expect, it } from 'vitest';
import { createLeash } from './leash.ts';

const disposable = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shop-leash-'));
  await writeFile(join(folder, 'data'), '');
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  return { folder, pid, ended: once(child, 'exit') };
};
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('a leash', () => {
  it('When whoever holds it is killed, then what is on it ends, and its folder goes', async () => {
    const { folder, pid, ended } = await disposable();
    const fixture = join(import.meta.dirname, 'leash.fixture.ts');
    const holder = spawn(process.execPath, [fixture, String(pid), folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    expect(await isThere(folder)).toBe(true);
    holder.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
    await expect.poll(() => isThere(folder), { timeout: 10_000 }).toBe(false);
  });

  it('When it is ended, then that is waited for; a process that has the id of another is let live', async () => {
    const { folder, pid, ended } = await disposable();
    const other = await disposable();
    const leash = createLeash();
    leash.hold({ process: { pid, started: (await startOf(pid)) ?? '' } });
    leash.hold({ process: { pid: other.pid, started: 'another time' } });
    leash.hold({ folder });
    await leash.end();
    expect([await isThere(folder), (await ended)[1]]).toEqual([false, 'SIGKILL']);
    expect(await startOf(other.pid)).toBeDefined();
    process.kill(other.pid);
    expect((await other.ended)[1]).toBe('SIGTERM');
  });
});
