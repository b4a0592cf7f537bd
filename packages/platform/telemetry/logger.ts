import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';
import { requestContext, traceIdOf } from './context.ts';
import { standardOutput } from './standard-output.ts';

export type Logger = PinoLogger;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Secrets never reach the log, however deep someone logs an object that has them. */
const secrets = [
  'authorization',
  'password',
  'accessToken',
  'refreshToken',
  'serviceToken',
  'token',
  'cookie',
  'email',
].flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** What ties the lines of one piece of work together, across services too. */
const ids = (): object => {
  const context = requestContext.get();
  if (!context) return {};
  const { requestId, sagaId, traceparent } = context;
  const traceId = traceIdOf(traceparent);
  return { requestId, ...(sagaId && { sagaId }), ...(traceId && { traceId }) };
};

/** A line an entry here too; who looks at a terminal knows which program wrote it. */
const forEyes = {
  colorize: process.stdout.isTTY,
  ignore: 'pid,hostname,name',
  translateTime: 'SYS:HH:MM:ss',
  singleLine: true,
  // What is said last must be written before the process exits.
  sync: true,
};

/**
 * A logger of one JSON line an entry (`pretty`: for eyes). Lines written within a request carry its id, its saga's and its trace's.
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
    mixin: ids,
  };
  if (destination) return pino(settings, destination);
  return pino(settings, options.pretty ? pretty(forEyes) : standardOutput(options.name));
};
