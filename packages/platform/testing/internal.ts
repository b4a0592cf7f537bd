import { inspect, isDeepStrictEqual } from 'node:util';
import type { Route } from '../http/route.ts';
import { type Caller, createCaller } from '../http-client/caller.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock, systemIds } from '../time/system.ts';
import { serve, testServiceToken } from './http.ts';
import { silentLogger } from './logger.ts';

export interface InternalServer {
  caller: Caller;
  /** Rejects when an answer was not as its route declares. */
  close(): Promise<void>;
}

/** Serves routes for other services on real HTTP, with a caller as those have it. */
export const serveInternal = async (routes: readonly Route[], clock: Clock = systemClock): Promise<InternalServer> => {
  const server = await serve(routes, { clock });
  const caller = createCaller({
    service: 'test',
    urls: [server.url],
    token: testServiceToken,
    clock,
    ids: systemIds,
    logger: silentLogger,
  });
  return {
    caller,
    async close() {
      await caller.close();
      await server.close();
    },
  };
};

type Command = (argument: unknown) => Promise<unknown>;

const each = <Commands extends object>(commands: Commands, wrap: (command: Command) => Command): Commands =>
  Object.fromEntries(
    Object.entries(commands).map(([name, value]) => [name, typeof value === 'function' ? wrap(value) : value]),
  ) as Commands;

/** Compares what clients get with what the service replied, to the last field. */
export const comparedReplies = () => {
  const replies: unknown[] = [];
  return {
    /** The service's commands, whose replies are remembered. */
    served: <Commands extends object>(commands: Commands): Commands =>
      each(commands, (command) => async (argument) => {
        const reply = await command(argument);
        replies.push(reply);
        return reply;
      }),
    /** A client's commands, which fail where their reply is none that the service gave. */
    called: <Commands extends object>(commands: Commands): Commands =>
      each(commands, (command) => async (argument) => {
        const reply = await command(argument);
        if (replies.some((one) => isDeepStrictEqual(one, reply))) return reply;
        throw new Error(`the service never replied ${inspect(reply, { depth: 5 })}`);
      }),
  };
};
