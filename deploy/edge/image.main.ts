import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { serviceNames, services } from '../services.ts';
import { edgeConfig } from './config.ts';
import { buildFiles } from './files.ts';

/**
 * Makes what the edge's container image holds: `node deploy/edge/image.main.ts <folder>` writes `nginx.conf.template`
 * and `www` there. `RATE_LIMIT` is left in the template for `envsubst` at the container's start; all it writes is in /tmp.
 */
const folder = resolve(process.argv[2] ?? 'edge');

const config = await edgeConfig({
  listen: '8080',
  upstreams: Object.fromEntries(
    serviceNames.map((name) => [name, [`${name}:${services[name].port}`]]),
  ) as unknown as Record<(typeof serviceNames)[number], string[]>,
  // Docker's own; a name stands for all replicas, which come and go.
  resolver: '127.0.0.11 valid=2s ipv6=off',
  dir: '/tmp',
  accessLog: '/dev/stdout',
  errorLog: '/dev/stderr',
  www: '/srv/www',
  web: '/srv/web',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of envsubst.
  rateLimit: '${RATE_LIMIT}',
});
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'nginx.conf.template'), config);
await buildFiles(join(folder, 'www'));
