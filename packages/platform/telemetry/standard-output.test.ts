import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { standardOutput } from './standard-output.ts';

describe('A log that can not be written', () => {
  // A device that is always full is there on Linux alone.
  it.runIf(process.platform === 'linux')(
    'When the disk is full, then the process goes on, and ends in order',
    async () => {
      const full = openSync('/dev/full', 'a');
      const child = spawn(process.execPath, [join(import.meta.dirname, 'logger.fixture.ts')], {
        stdio: ['ignore', full, full],
        timeout: 15_000,
      });
      closeSync(full);
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
  );

  it('When it can be written again, then it says how many lines were lost and why, and goes on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-log-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'log');
    const fd = openSync(file, 'a');
    const log = standardOutput('order', fd);
    log.write('"first"\n');
    closeSync(fd);
    log.write('"lost"\n');
    log.write('"lost too"\n');
    // The lowest number that is free: the same one.
    expect(openSync(file, 'a')).toBe(fd);
    log.write('"last"\n');
    closeSync(fd);
    const [first, said, last] = readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    expect([first, last]).toEqual(['first', 'last']);
    expect(said).toMatchObject({
      level: 40,
      name: 'order',
      lost: 2,
      msg: '2 lines of this log could not be written: EBADF',
    });
  });
});
