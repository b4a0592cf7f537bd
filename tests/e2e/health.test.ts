import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, eventually } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';

const open = openShop();

describe('Readiness of the running shop', () => {
  it('When PostgreSQL is away, then it is 503 and says what does not answer, alive all the same; then ready again', async () => {
    const { url, dataDir } = open.shop;
    const ready = () => call(url, 'GET', '/health/ready');
    expect((await ready()).body).toEqual({ status: 'ready' });
    const pidFile = readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8');
    process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');
    const away = await eventually(ready, ({ status }) => status === 503);
    expect(away.headers.get('retry-after')).toBe('1');
    expect(away.body.code).toBe('UNAVAILABLE');
    expect(away.body.errors.length).toBeGreaterThan(0);
    expect((await call(url, 'GET', '/health/live')).status).toBe(200);
    expect((await eventually(ready, ({ status }) => status === 200, 20_000)).body).toEqual({ status: 'ready' });
  });
});
