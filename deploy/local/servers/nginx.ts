import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask } from './http.ts';
import { type Program, systemProgram } from './install.ts';
import type { Server, ServerOptions } from './options.ts';
import { choosePort } from './ports.ts';
import { launch, untilReady } from './process.ts';

export const nginx: Program = { name: 'nginx', what: 'nginx', debian: 'nginx-light', brew: 'nginx' };

const readyMs = 15_000;

export interface NginxOptions extends ServerOptions {
  /** The address to listen on; 127.0.0.1 unless given. */
  host?: string;
  /** The configuration, given the port that it serves on. */
  config: (port: number) => Promise<string>;
}

/** What listens on an address, as it is reached from this machine. */
export const reachedAt = (host: string, port: number): string => {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
};

/** Sockets that a killed nginx has left behind, named in its configuration, keep the next one from starting. */
const removeSockets = async (config: string, dir: string): Promise<void> => {
  for (const [, path] of config.matchAll(/listen unix:([^;\s]+)/g)) await rm(join(dir, path ?? ''), { force: true });
};

/**
 * Starts nginx in its folder, which relative paths of the configuration are in, and resolves when it answers. Its
 * workers go with it, also when it is killed.
 *
 * @throws StackFailed when it isn't there, the configuration is wrong, or the port is taken
 */
export const startNginx = async (options: NginxOptions): Promise<Server> => {
  const { dir, host = '127.0.0.1', logFile = join(dir, 'nginx.log'), report = () => {}, clock } = options;
  const file = await systemProgram(nginx, report);
  await mkdir(dir, { recursive: true });
  const port = await choosePort('the edge', options.port);
  const config = await options.config(port);
  await writeFile(join(dir, 'nginx.conf'), config);
  await removeSockets(config, dir);
  const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'];
  const launched = await launch({
    ...options,
    name: 'nginx',
    file,
    args,
    cwd: dir,
    logFile,
    endsOn: 'SIGQUIT',
    group: true,
  });
  const url = reachedAt(host, port);
  await untilReady(launched, { probe: () => ask(`${url}/health/live`), withinMs: readyMs, clock });
  return { ...launched, port, url };
};
