import { createServer } from 'node:net';
import { freePort } from '@shop/platform/postgres/server/postmaster.ts';
import { StackFailed } from './errors.ts';

/** Whether nobody listens on this port of 127.0.0.1. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * The port for a server: the one that was asked for (0: any free one), or the one it had before if that is still free, or any free one.
 * @throws StackFailed when somebody listens on the port that was asked for
 */
export const choosePort = async (name: string, asked: number | undefined, before?: number): Promise<number> => {
  if (asked) {
    if (await isFree(asked)) return asked;
    throw new StackFailed(`Port ${asked}, wanted for ${name}, is taken; stop what uses it, or choose another.`);
  }
  return asked === undefined && before !== undefined && (await isFree(before)) ? before : freePort();
};
