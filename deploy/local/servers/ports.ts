import { createServer } from 'node:net';
import { StackFailed } from './errors.ts';

/** Below what systems give to outgoing connections: one of those would take the port of a process that is away for a moment. */
const lowest = 10_000;
const count = 22_000;
/** How many ports a process may choose before it comes to those that the process with the next id begins with. */
const stride = 64;

/** Whether nobody listens on this port. */
export const isFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

let next = (process.pid * stride) % count;

/**
 * A port of 127.0.0.1 that is free now and that nobody here was given before. Each process begins somewhere else: what
 * is chosen is used a moment later, and of two processes that start side by side neither should be first on the
 * other's.
 */
export const freePort = async (): Promise<number> => {
  for (let tried = 0; tried < count; tried += 1) {
    const port = lowest + next;
    next = (next + 1) % count;
    if (await isFree(port)) return port;
  }
  throw new StackFailed(`No port from ${lowest} to ${lowest + count - 1} is free on this machine.`);
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
