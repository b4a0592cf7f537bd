import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { describe, expect, it } from 'vitest';
import { endStack, findAlive } from './down.ts';
import { type StackOptions, startStack } from './stack.ts';
import { forgetProcesses, readState, recordProcess, type StackState, stateFile } from './state.ts';
import { readStatus } from './status.ts';
import { run } from './testing/run.ts';
import { standIns } from './testing/shared.ts';

const silent = () => {};
const asCommand = ({ leash: _leash, onStart: _onStart, ...options }: ReturnType<typeof standIns>) =>
  run(['deploy/local/testing/stack.fixture.ts', JSON.stringify(options satisfies StackOptions)]);
const stateOf = async (dir: string) => (await readState(dir)) as StackState;
const recordedIn = async (dir: string) => (await readState(dir))?.processes.length;
const aliveIn = async (dir: string) => (await findAlive(dir)).alive.length;

describe('the end of a stack', () => {
  it('When the command that started it has ended long ago, then another one shows every process and ends them', async () => {
    const options = standIns();
    expect((await asCommand(options).ended).output).toMatch(/open\s*$/);
    const status = await readStatus(options.dir, systemClock);
    expect(status?.processes.map(({ name, health }) => `${name} ${health}`)).toEqual(
      ['edge', 'identity', 'product', 'inventory', 'cart', 'discount', 'order'].map((name) => `${name} ready`),
    );
    expect(status?.well).toBe(true);
    for (const { memoryMb, pid } of status?.processes ?? []) expect([pid, memoryMb > 1]).toEqual([pid, true]);
    expect(await endStack(options.dir, silent)).toBe(7);
    expect(await aliveIn(options.dir)).toBe(0);
    expect(await readStatus(options.dir, systemClock)).toBeUndefined();
    expect(await endStack(options.dir, silent)).toBe(0);
  });

  it('When the start is killed halfway, then what it had started is known and ended by the next start', async () => {
    const options = standIns({ env: { SLOW_MS: '60000' } });
    const starting = asCommand(options);
    // Written down, not only running: between the two a process is found by what it has in its environment.
    await expect.poll(() => recordedIn(options.dir), { timeout: 30_000 }).toBe(7);
    starting.child.kill('SIGKILL');
    await starting.ended;
    const status = await readStatus(options.dir, systemClock);
    expect([status?.url, status?.well, status?.processes.length]).toEqual([undefined, false, 7]);
    const old = (await stateOf(options.dir)).processes;
    const told: string[] = [];
    const stack = await startStack({ ...options, env: {}, report: (sentence) => told.push(sentence) });
    expect(told).toContain('ending what is left of the last one (7 processes)');
    for (const { pid, started } of old) expect(await startOf(pid)).not.toBe(started);
    expect(stack.processes.length).toBe(7);
  });

  it('When the start is interrupted, then what it had started ends, and it says so', async () => {
    const options = standIns({ env: { SLOW_MS: '60000' } });
    const starting = asCommand(options);
    await expect.poll(() => aliveIn(options.dir), { timeout: 30_000 }).toBe(7);
    // Twice, as under npm.
    starting.child.kill('SIGINT');
    starting.child.kill('SIGINT');
    const { code, output } = await starting.ended;
    expect([code, output]).toEqual([1, expect.stringContaining('The start was interrupted')]);
    expect(await aliveIn(options.dir)).toBe(0);
  });

  it('When a service does not start, then its log says why, and nothing is left running', async () => {
    const options = standIns({ env: { FAILS: 'discount' } });
    await expect(startStack(options)).rejects.toThrow(
      /^discount did not start; its log is .*discount[.]log, and ends with:\ndiscount wants nothing to do with this[.]$/,
    );
    await expect.poll(() => aliveIn(options.dir)).toBe(0);
  });

  it('When a process was not written down, or nothing is readable any more, then its mark gives it away', async () => {
    const options = standIns();
    const stack = await startStack(options);
    const state = await stateOf(options.dir);
    forgetProcesses(options.dir, state);
    expect(await aliveIn(options.dir)).toBe(7);
    writeFileSync(stateFile(options.dir), 'not JSON');
    expect(await endStack(options.dir, silent)).toBe(7);
    expect(await Promise.all(stack.processes.map((process) => process.alive()))).not.toContain(true);
    expect(await readState(options.dir)).toBeUndefined();
  });

  it("When a process's id belongs to somebody else by now, then that one is let live", async () => {
    const options = standIns();
    const stack = await startStack(options);
    const stranger = spawn('sleep', ['60']);
    const { pid = 0 } = stranger;
    const state = await stateOf(options.dir);
    await stack.process('cart').kill();
    const record = state.processes.find(({ name }) => name === 'cart');
    if (record) recordProcess(options.dir, state, { ...record, pid });
    expect((await readStatus(options.dir, systemClock))?.processes.find(({ name }) => name === 'cart')?.health).toBe(
      'dead',
    );
    expect(await endStack(options.dir, silent)).toBe(6);
    expect(stranger.exitCode).toBeNull();
    expect(await startOf(pid)).toBeDefined();
    stranger.kill();
    await once(stranger, 'exit');
  });
});
