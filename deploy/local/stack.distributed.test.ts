import { readFile, stat } from 'node:fs/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { serviceNames } from '../services.ts';
import { openStack, type Stack, startStack } from './stack.ts';
import { readState } from './state.ts';
import { sharedServers, standIns } from './testing/shared.ts';

const whoAnswers = async (stack: Stack, path: string) =>
  (await fetch(stack.url + path)).json() as Promise<{ service: string; pid: number }>;

/** What PostgreSQL says to somebody who wants to work on a database; undefined when it lets them. */
const refusal = async (url: string, database: string, work = 'create table mine ()'): Promise<string | undefined> => {
  const client = new pg.Client({ connectionString: url.replace(/[^/]+$/, database) });
  try {
    await client.connect();
    await client.query(work);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await client.end().catch(() => {});
  }
};

describe('a stack', () => {
  it('When it is started, then each service answers through the edge, and every process is written down', async () => {
    const stack = await startStack(standIns({ replicas: { order: 2 } }));
    expect((await whoAnswers(stack, '/api/v1/cart')).pid).toBe(stack.process('cart').pid);
    const orders = await Promise.all(Array.from({ length: 20 }, () => whoAnswers(stack, '/api/v1/orders')));
    expect(new Set(orders.map(({ pid }) => pid))).toEqual(
      new Set([stack.process('order').pid, stack.process('order', 2).pid]),
    );
    const state = await readState(stack.dir);
    expect(state?.url).toBe(stack.url);
    const written = state?.processes.map(({ name, replica, pid }) => `${name} ${replica} ${pid}`);
    expect(written?.sort()).toEqual(
      stack.processes.map(({ name, replica, pid }) => `${name} ${replica} ${pid}`).sort(),
    );
    expect(JSON.stringify(state)).not.toContain(stack.secrets.serviceToken);
    expect((await stat(state?.secretsFile ?? '')).mode & 0o777).toBe(0o600);
  });

  it('When services look into their environment, then each reaches its own data and nobody else does', async () => {
    const stack = await startStack(standIns());
    const url = (service: (typeof serviceNames)[number], key = 'DATABASE_URL') =>
      stack.environmentOf(service)[key] ?? '';
    const named = (name: string) => `${stack.plan.namespace}_${name}`;
    expect(await refusal(url('order'), named('order'))).toBeUndefined();
    expect(await refusal(url('order', 'JOURNAL_DATABASE_URL'), named('events'))).toBeUndefined();
    for (const other of ['identity', 'inventory', 'discount'])
      expect(await refusal(url('order'), named(other))).toContain('permission denied for database');
    expect(await refusal(url('identity'), named('events'))).toContain('permission denied for database');
    expect(await refusal(url('identity').replace(/:[^:@]+@/, ':wrong@'), named('identity'))).toContain(
      'authentication',
    );
    for (const work of ['create role friend', 'create database mine', 'alter role current_user superuser'])
      expect(await refusal(url('order'), named('order'), work)).toContain('permission denied');
    expect(url('product', 'MONGO_URL')).toContain(`/${named('product')}?replicaSet=rs0`);
    expect(new Set(serviceNames.map((name) => url(name, 'SERVICE_TOKEN')))).toEqual(
      new Set([stack.secrets.serviceToken]),
    );
    expect(stack.secrets.serviceToken.length).toBeGreaterThanOrEqual(32);
  });

  it('When a process is killed, paused or stopped, then it is told so, and starts again on its port', async () => {
    const stack = await startStack(standIns());
    const cart = stack.process('cart');
    const { pid } = cart;
    await cart.kill();
    expect([await cart.alive(), (await fetch(`${stack.url}/api/v1/cart`)).status]).toEqual([false, 503]);
    await cart.start();
    expect(cart.pid).not.toBe(pid);
    await expect.poll(async () => (await fetch(`${stack.url}/api/v1/cart`)).status).toBe(200);
    await cart.pause();
    await expect(fetch(cart.url, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout');
    await cart.resume();
    expect((await whoAnswers(stack, '/api/v1/cart')).pid).toBe(cart.pid);
    // One that is paused can't drain, and ends all the same.
    await cart.pause();
    expect(await cart.stop()).toBe(true);
    const edge = stack.process('edge');
    await edge.kill();
    await expect(fetch(stack.url)).rejects.toThrow();
    await edge.start();
    expect((await fetch(`${stack.url}/health/live`)).status).toBe(200);
  });

  it('When it is ended and started again, then secrets stay and the ports are free to be others', async () => {
    const options = standIns();
    const first = await startStack(options);
    const { secrets } = first;
    expect(await first.stop()).toEqual([]);
    expect(await Promise.all(first.processes.map((process) => process.alive()))).not.toContain(true);
    expect((await readState(first.dir))?.processes).toEqual([]);
    await expect(openStack({ dir: first.dir })).rejects.toThrow('No stack is running here');
    const second = await startStack(options);
    expect(second.secrets).toEqual(secrets);
    expect((await whoAnswers(second, '/api/v1/orders')).service).toBe('order');
  });

  it('When it is destroyed, then nothing of it is left on the servers, and its folder is gone', async () => {
    const stack = await startStack(standIns());
    const client = new pg.Client({ ...sharedServers().postgres, database: 'postgres' });
    await client.connect();
    const left = async () => {
      const { rows } = await client.query(
        `select datname as name from pg_database where datname like $1 union all
         select rolname from pg_roles where rolname like $1`,
        [`${stack.plan.namespace}%`],
      );
      return rows.length;
    };
    expect(await left()).toBe(9);
    await stack.destroy();
    expect(await left()).toBe(0);
    await client.end();
    await expect(readFile(stack.dir)).rejects.toThrow('ENOENT');
  });
});
