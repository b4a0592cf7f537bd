import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listOf } from '@shop/platform/config/settings.ts';
import { edgeConfig, leftOutFile } from '../edge/config.ts';
import { buildFiles } from '../edge/files.ts';
import { type ServiceName, serviceNames } from '../services.ts';
import type { StackContext } from './context.ts';
import { startNginx } from './servers/nginx.ts';
import type { Server, ServerOptions } from './servers/options.ts';

const root = join(import.meta.dirname, '../..');

/** The built web pages of this clone, seen from the edge's folder; there may be none. */
const linkPages = async (dir: string): Promise<void> => {
  await symlink(join(root, 'web/dist'), join(dir, 'web')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
};

const list = (text = ''): string[] => listOf(text).filter(Boolean);

/** Keeps new requests from a replica, or lets them go there again; nginx looks at every request. */
export const leaveOut = async (dir: string, name: ServiceName, replica: number, out: boolean): Promise<void> => {
  const path = join(dir, 'edge', leftOutFile(name, replica));
  if (!out) return rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
};

/** Starts the edge in `dir`, before all replicas of the plan. Paths in its configuration are relative: folders have any name. */
export const startEdge = async ({ plan }: Pick<StackContext, 'plan'>, options: ServerOptions): Promise<Server> => {
  const { host, env } = plan;
  await mkdir(options.dir, { recursive: true });
  await buildFiles(join(options.dir, 'www'));
  await linkPages(options.dir);
  await rm(join(options.dir, 'left-out'), { recursive: true, force: true });
  const upstreams = Object.fromEntries(
    serviceNames.map((name) => [name, plan.services[name].map(({ port }) => `127.0.0.1:${port}`)]),
  ) as Record<ServiceName, string[]>;
  return startNginx({
    ...options,
    host,
    config: (port) =>
      edgeConfig({
        listen: `${host.includes(':') ? `[${host}]` : host}:${port}`,
        upstreams,
        dir: '.',
        readySocket: 'ready.sock',
        // Both into the one log file that nginx is started with.
        accessLog: '/dev/stdout',
        errorLog: 'stderr',
        www: 'www',
        web: 'web',
        rateLimit: env.RATE_LIMIT || 'on',
        trustProxy: Number(env.TRUST_PROXY || 0),
        corsOrigins: list(env.CORS_ORIGINS),
        pictureOrigins: list(env.PICTURE_ORIGINS),
        asRoot: process.getuid?.() === 0,
      }),
  });
};
