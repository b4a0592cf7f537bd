import { ConfigError } from '../config/config.ts';
import type { Logger } from '../telemetry/logger.ts';
import { systemClock } from '../time/system.ts';

type ErrorType = abstract new (...parameters: never[]) => Error;

export interface Listening {
  HOST: string;
  PORT: number;
}

/** What stops a start, in one sentence where that is known; anything else is a defect and shows its stack. */
const sentenceFor = (error: unknown, known: readonly ErrorType[], config: Listening | undefined): string => {
  if ([ConfigError, ...known].some((type) => error instanceof type)) return (error as Error).message;
  const { code } = error as NodeJS.ErrnoException;
  const where = `${config?.HOST}:${config?.PORT}`;
  if (code === 'EADDRINUSE') return `Port ${config?.PORT} is taken; stop what uses it, or choose another PORT.`;
  if (code === 'EACCES') return `This user may not listen on ${where}; choose another PORT.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${where} is no address of this machine; choose another HOST.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

/** Whoever asks for the end sees it within ten seconds. */
const END_MS = 9_900;

/** Ctrl-C reaches Node twice under npm: whatever comes while the process ends is the same wish. */
const endOnSignals = (starting: Promise<{ stop(): Promise<void> }>, logger: Logger): void => {
  let ending = false;
  const end = async (signal: string) => {
    if (ending) return;
    ending = true;
    logger.info({ signal }, 'ending');
    // A start that hangs must not keep a person from ending it; the next start mends what it left.
    void systemClock.sleep(END_MS).then(() => process.exit(1));
    const started = await starting.catch(() => undefined);
    await started?.stop();
    process.exit(started ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(signal));
};

export interface ProcessOptions<Config, Started> {
  read: () => Config;
  logger: (config: Config) => Logger;
  start: (config: Config, logger: Logger) => Promise<Started>;
  /** Errors of a start that a sentence says all about. */
  known?: readonly ErrorType[];
}

/**
 * Runs a process from its configuration to the signal that ends it. A start that fails says why in a sentence on
 * standard error, and exits with 1.
 */
export const runProcess = async <Config extends Listening, Started extends { stop(): Promise<void> }>({
  read,
  logger: loggerOf,
  start,
  known = [],
}: ProcessOptions<Config, Started>): Promise<{ config: Config; started: Started }> => {
  let config: Config | undefined;
  try {
    config = read();
    const logger = loggerOf(config);
    const starting = start(config, logger);
    endOnSignals(starting, logger);
    return { config, started: await starting };
  } catch (error) {
    process.stderr.write(`${sentenceFor(error, known, config)}\n`);
    process.exit(1);
  }
};
