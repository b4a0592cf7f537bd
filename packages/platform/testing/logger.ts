import { createLogger, type Logger } from '../telemetry/logger.ts';

/** A logger that says nothing. */
export const silentLogger: Logger = createLogger({ name: 'test', level: 'silent' });

/** A logger that keeps what it was told. */
export const recordingLogger = (): { logger: Logger; lines: Record<string, unknown>[] } => {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ name: 'test', level: 'trace' }, { write: (line) => lines.push(JSON.parse(line)) });
  return { logger, lines };
};
