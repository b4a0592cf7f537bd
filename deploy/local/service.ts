import { join } from 'node:path';
import type { ServiceName } from '../services.ts';
import type { StackContext } from './context.ts';
import { environmentOf } from './environment.ts';
import { askReadiness } from './health.ts';
import type { ServerOptions } from './servers/options.ts';
import { type Launched, launch, untilReady } from './servers/process.ts';

const root = join(import.meta.dirname, '../..');
/** What Node has compiled is kept here for the next start, which then takes half the time of the processor. */
const compiled = join(root, 'node_modules/.cache/node');

/** Migrations, and servers that are late, are part of it; the service itself gives up sooner, and says why. */
const readyMs = 120_000;

/** Starts one replica of a service, and resolves when it is ready. */
export const startService = async (
  { plan, secrets }: StackContext,
  name: ServiceName,
  replica: number,
  options: Required<Pick<ServerOptions, 'logFile' | 'env' | 'onStart'>>,
): Promise<Launched> => {
  const place = plan.services[name][replica - 1];
  const launched = await launch({
    ...options,
    name: plan.services[name].length > 1 ? `${name} ${replica}` : name,
    file: process.execPath,
    args: plan.program ? [plan.program, name] : [join('services', name, 'main.ts')],
    cwd: root,
    env: { NODE_COMPILE_CACHE: compiled, ...environmentOf(plan, secrets, name, replica), ...options.env },
  });
  const url = `http://127.0.0.1:${place?.port}`;
  await untilReady(launched, { probe: () => askReadiness(url), withinMs: readyMs });
  return launched;
};
