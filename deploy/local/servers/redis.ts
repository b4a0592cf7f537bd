import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Program, systemProgram } from './install.ts';
import type { Server, ServerOptions } from './options.ts';
import { choosePort } from './ports.ts';
import { launch, untilReady } from './process.ts';
import { say } from './tcp.ts';

export const redis: Program = { name: 'redis-server', what: 'Redis', debian: 'redis-server', brew: 'redis' };

const readyMs = 20_000;

/** Rejects unless the server answers. */
export const askRedis = async (port: number): Promise<void> => {
  const answer = String(await say(port, 'PING\r\n'));
  if (!answer.startsWith('+PONG')) throw new Error(`it answered ${answer.trim()}`);
};

/**
 * Starts Redis on 127.0.0.1. It keeps nothing: locks, cache and limits are all that is in it, and the shop is correct
 * without them.
 *
 * @throws StackFailed when it isn't there, or does not start
 */
export const startRedis = async (options: ServerOptions): Promise<Server> => {
  const { dir, logFile = join(dir, 'redis.log'), report = () => {}, clock } = options;
  const file = await systemProgram(redis, report);
  await mkdir(dir, { recursive: true });
  const before = Number(await readFile(join(dir, 'port'), 'utf8').catch(() => '')) || undefined;
  const port = await choosePort('Redis', options.port, before);
  await writeFile(join(dir, 'port'), String(port));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
  const limits = ['--maxmemory', '128mb', '--maxmemory-policy', 'volatile-lru'];
  const launched = await launch({ ...options, name: 'Redis', file, args: [...args, ...limits], cwd: dir, logFile });
  await untilReady(launched, { probe: () => askRedis(port), withinMs: readyMs, clock });
  return { ...launched, port, url: `redis://127.0.0.1:${port}` };
};
