import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import { requestContext } from './context.ts';

export type Logger = PinoLogger;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Secrets never reach the log, however deep someone logs an object that has them. */
const secrets = ['authorization', 'password', 'accessToken', 'refreshToken', 'serviceToken', 'cookie'].flatMap(
  (key) => [key, `*.${key}`, `*.*.${key}`],
);

/**
 * A logger of one JSON line an entry (`pretty`: for eyes). Lines written within a request carry its id and trace.
 * `destination` is standard output unless given.
 */
export const createLogger = (
  options: { name: string; level?: string; pretty?: boolean },
  destination?: DestinationStream,
): Logger => {
  const settings = {
    name: options.name,
    level: options.level ?? 'info',
    base: { name: options.name },
    redact: { paths: secrets, censor: '[secret]' },
    mixin: () => ({ ...requestContext.get() }),
  };
  if (destination) return pino(settings, destination);
  return options.pretty
    ? pino(settings, pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }))
    : pino(settings);
};
