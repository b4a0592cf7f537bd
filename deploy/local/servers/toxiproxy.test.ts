import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fetchToxiproxy } from './toxiproxy.fetch.ts';

it('When there is no Go to build Toxiproxy with, then it says what to install, and keeps nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-cache-'));
  vi.stubEnv('GOROOT', '/nowhere');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  await expect(fetchToxiproxy(() => {}, folder)).rejects.toThrow(
    'Toxiproxy 2.12.0 is built with Go, but there is no go in /nowhere/bin; install Go 1.23 or newer',
  );
  expect(readdirSync(folder).filter((name) => !name.startsWith('.'))).toEqual([]);
});
