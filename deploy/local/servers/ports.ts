import { createServer } from 'node:net';
import { systemIds } from '@shop/platform/time/system.ts';
import { StackFailed } from './errors.ts';

/** Below what systems give to outgoing connections: one of those would take the port of a process that is away for a moment. */
const lowest = 10_000;
const highest = 32_000;
const attempts = 100;

/** Whether nobody listens on this port. */
export const isFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** Ports that this process has chosen and perhaps not used yet. */
const chosen = new Set<number>();

/** A port of 127.0.0.1 that is free now and that nobody here was given before. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = lowest + Math.floor(systemIds.fraction() * (highest - lowest));
    if (chosen.has(port) || !(await isFree(port))) continue;
    chosen.add(port);
    return port;
  }
  throw new StackFailed(`No port between ${lowest} and ${highest} is free on this machine.`);
};

/**
 * The port for a server: the one that was asked for (0: any free one), or the one it had before if that is still free,
 * or any free one.
 * @throws StackFailed when somebody listens on the port that was asked for
 */
export const choosePort = async (name: string, asked: number | undefined, before?: number): Promise<number> => {
  if (asked) {
    if (await isFree(asked)) return asked;
    throw new StackFailed(`Port ${asked}, wanted for ${name}, is taken; stop what uses it, or choose another.`);
  }
  return asked === undefined && before !== undefined && (await isFree(before)) ? before : freePort();
};
