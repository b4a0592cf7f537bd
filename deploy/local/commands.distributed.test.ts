import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { alone } from './claim.ts';
import { findAlive } from './down.ts';
import { freePort } from './servers/ports.ts';
import { startStack } from './stack.ts';
import { run } from './testing/run.ts';
import { standIns } from './testing/shared.ts';

const dir = mkdtempSync(join(tmpdir(), 'shop-commands-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const command = (name: 'up' | 'down' | 'status' | 'restart', args: string[] = [], env: Record<string, string> = {}) =>
  run([`deploy/local/${name}.main.ts`, ...args], { STACK_DIR: dir, ...env }).ended;

/** All that a command says on a mistake: one sentence after its name, and perhaps how it is used. */
const complaint = async (ended: Promise<{ code: number | null; output: string }>): Promise<string> => {
  const { code, output } = await ended;
  expect(output).not.toMatch(/\n\s+at /);
  expect(code).toBe(1);
  return output;
};

describe('the commands, in clumsy hands', () => {
  it('When an option is unknown, or a word is left over, then it shows how it is used', async () => {
    expect(await complaint(command('up', ['--replicas', 'order=two']))).toContain('but got "order=two"');
    expect(await complaint(command('up', ['--replica', 'order=2']))).toContain('usage: npm run stack');
    expect(await complaint(command('up', ['order=2']))).toContain('"order=2" is nothing that I understand');
    expect(await complaint(command('restart'))).toContain('Say which service: one of identity, product');
    const { code, output } = await command('up', ['--help']);
    expect([code, output]).toEqual([0, expect.stringContaining('npm run stack:restart -- order')]);
  });

  it('When a setting is wrong, then it names it', async () => {
    expect(await complaint(command('up', [], { PORT: 'http' }))).toContain('PORT must be a number');
    expect(await complaint(command('up', [], { ADMIN_EMAIL: 'a@example.com' }))).toContain('belong together');
    expect(await complaint(command('up', [], { CORS_ORIGINS: 'shop.example"; #' }))).toContain('CORS_ORIGINS must be');
    expect(await complaint(command('up', [], { STACK_DIR: '/proc/nothing' }))).toContain("can't be made or written");
  });

  it('When the port is taken, then it says so before anything is started', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const said = await complaint(command('up', [], { PORT: String(port) }));
    expect(said).toContain(`Port ${port} is taken; stop what uses it, or choose another: PORT=8081 npm run stack.`);
    expect((await findAlive(dir)).alive).toEqual([]);
    server.close();
  });

  it('When there is no Java, then it says what to install, and ends what it had started', async () => {
    const said = await complaint(command('up', [], { PORT: '0', JAVA_HOME: '/nowhere' }));
    expect(said).toContain('There is no java in /nowhere/bin. Kafka needs Java 17 or newer');
    expect((await findAlive(dir)).alive).toEqual([]);
  });

  it('When no stack is there, then each command says so', async () => {
    expect(await command('down')).toEqual({ code: 0, output: 'stack: no stack is running here.\n' });
    expect(await complaint(command('status'))).toContain('npm run stack starts one');
    expect(await complaint(command('restart', ['order']))).toContain('No stack is running here');
  });

  it('When the stack runs already, then a second start says where; status tells what is down, and exits with 1', async () => {
    const options = standIns();
    const stack = await startStack(options);
    const env = { STACK_DIR: stack.dir };
    expect(await complaint(command('up', [], env))).toContain(`The stack is running already: ${stack.url};`);
    const well = await command('status', [], env);
    expect([well.code, well.output]).toEqual([0, expect.stringContaining(`All 7 processes work`)]);
    await stack.process('cart').kill();
    const { code, output } = await command('status', [], env);
    expect(code).toBe(1);
    expect(output).toMatch(/^cart +\d+ +\d+ +dead /m);
    expect(output).toMatch(/^edge +\d+ +\d+ +not ready: /m);
    expect(JSON.parse((await command('status', ['--json'], env)).output)).toMatchObject({ well: false });
    const { output: ended } = await command('down', [], env);
    expect(ended).toMatch(/^stack: ended 6 processes in [\d.]+ s; the data stay[.]$/m);
  });

  it('When another command is at work on the stack, then it says which', async () => {
    await alone(dir, async () => {
      expect(await complaint(command('down'))).toContain(`Another command is at work on the stack in ${dir} (process`);
    });
  });

  it('When the usual ports are taken, by another clone perhaps, then services get free ones and it says so', async () => {
    const told: string[] = [];
    const first = await startStack(standIns({ freePorts: false, report: (sentence) => told.push(sentence) }));
    const second = await startStack(standIns({ freePorts: false, report: (sentence) => told.push(sentence) }));
    expect(second.process('cart').port).not.toBe(first.process('cart').port);
    expect(told.some((sentence) => /^port 7104, usual for cart 1, is taken: it gets \d+$/.test(sentence))).toBe(true);
    const { pid } = (await (await fetch(`${second.url}/api/v1/cart`)).json()) as { pid: number };
    expect(pid).toBe(second.process('cart').pid);
  });

  it('When the state can not be read, then it says how that is mended, and it is', async () => {
    writeFileSync(join(dir, 'stack.json'), '{');
    expect(await complaint(command('status'))).toContain('npm run stack:down mends that');
    expect((await command('down')).code).toBe(0);
    expect(await complaint(command('status'))).toContain('no stack is running here');
  });
});
