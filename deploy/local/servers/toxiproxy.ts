import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withDeadline } from '@shop/platform/time/deadline.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { StackFailed } from './errors.ts';
import { ask } from './http.ts';
import type { Server, ServerOptions } from './options.ts';
import { choosePort } from './ports.ts';
import { launch, untilReady } from './process.ts';
import { fetchToxiproxy } from './toxiproxy.fetch.ts';

const readyMs = 15_000;
const patienceMs = 5_000;

/** A proxy of 127.0.0.1: what listens at one port, and where it leads. */
export interface Proxy {
  name: string;
  port: number;
  to: number;
}

/** Rejects unless Toxiproxy answers. */
export const askToxiproxy = async (port: number): Promise<void> => {
  const { status } = await ask(`http://127.0.0.1:${port}/version`);
  if (status !== 200) throw new Error(`it answers ${status}`);
};

const populate = async (url: string, proxies: readonly Proxy[], signal: AbortSignal): Promise<void> => {
  const body = proxies.map(({ name, port, to }) => ({
    name,
    listen: `127.0.0.1:${port}`,
    upstream: `127.0.0.1:${to}`,
    enabled: true,
  }));
  const answer = await fetch(`${url}/populate`, { method: 'POST', body: JSON.stringify(body), signal });
  if (!answer.ok) throw new StackFailed(`Toxiproxy refuses its proxies (${answer.status}): ${await answer.text()}`);
};

/**
 * Starts Toxiproxy on 127.0.0.1 with its proxies, which let everything through until they are told otherwise, and
 * resolves when they listen. `url` is where it is told.
 *
 * @throws StackFailed when it can't be built, does not start, or one of the ports is taken
 */
export const startToxiproxy = async (options: ServerOptions & { proxies: readonly Proxy[] }): Promise<Server> => {
  const { dir, logFile = join(dir, 'toxiproxy.log'), report = () => {}, clock } = options;
  const file = await fetchToxiproxy(report);
  await mkdir(dir, { recursive: true });
  const port = await choosePort('Toxiproxy', options.port);
  const args = ['-host', '127.0.0.1', '-port', String(port)];
  // Every connection that comes and goes would be a line.
  const env = { ...options.env, LOG_LEVEL: 'warn' };
  const launched = await launch({ ...options, name: 'Toxiproxy', file, args, cwd: dir, logFile, env });
  await untilReady(launched, { probe: () => askToxiproxy(port), withinMs: readyMs, clock });
  const url = `http://127.0.0.1:${port}`;
  await withDeadline(clock ?? systemClock, patienceMs, (signal) => populate(url, options.proxies, signal));
  return { ...launched, port, url };
};
