import { isInfrastructureFailure } from '../failures/infrastructure.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Clock } from '../time/clock.ts';

/** A server that a service can't start without did not answer; the message says which, where, and what it said. */
export class ServerAbsent extends Error {
  override readonly name = 'ServerAbsent';
}

export interface WaitOptions {
  /** Such as `PostgreSQL`. */
  server: string;
  /** Where it should be, without a password. */
  at: string;
  /** The variable that says so. */
  variable: string;
  patienceMs: number;
  clock: Clock;
  logger: Logger;
}

const AGAIN_MS = 500;
const TELL_MS = 5_000;

/**
 * Tries `reach` until it works: a server may start later than what needs it. It is told which server is waited for, at
 * once and every five seconds.
 * @throws ServerAbsent when patience ends; anything that is no infrastructure failure at once, as it is.
 */
export const waitForServer = async <T>(reach: () => Promise<T>, options: WaitOptions): Promise<T> => {
  const { server, at, variable, patienceMs, clock, logger } = options;
  const start = clock.now().getTime();
  let told = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      const reached = await reach();
      if (told > 0) logger.info({ server, at, afterMs: clock.now().getTime() - start }, `${server} answers`);
      return reached;
    } catch (error) {
      if (!isInfrastructureFailure(error)) throw error;
      const now = clock.now().getTime();
      const reason = error instanceof Error ? error.message || error.name : String(error);
      if (now - start >= patienceMs) {
        const seconds = Math.round(patienceMs / 1000);
        throw new ServerAbsent(
          `${server} at ${at} did not answer within ${seconds} s (${reason}); start it, or say with ${variable} where it is.`,
        );
      }
      if (now - told >= TELL_MS) {
        told = now;
        logger.warn({ server, at, reason }, `waiting for ${server}`);
      }
      await clock.sleep(AGAIN_MS);
    }
  }
};
