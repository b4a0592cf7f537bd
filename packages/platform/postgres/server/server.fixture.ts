import { createLogger } from '../../telemetry/logger.ts';
import { systemClock } from '../../time/system.ts';
import { startPostgresServer } from './server.ts';

/**
 * A process that holds a server, for tests that kill it: `node server.fixture.ts <data folder>`. Says on standard
 * output, a JSON line each, that it serves, failed, or serves again; SIGTERM stops it in order.
 */
const say = (line: object): void => console.log(JSON.stringify(line));

const dataDir = process.argv[2] ?? '';
const logger = createLogger({ name: 'fixture', level: 'warn' }, { write: (line) => process.stderr.write(line) });

try {
  const server = await startPostgresServer({ dataDir, logger, clock: systemClock });
  say({ connection: server.connection, pid: server.pid });
  server.onRestart(() => say({ again: server.pid }));
  process.once('SIGTERM', async () => {
    await server.stop();
    process.exit(0);
  });
} catch (error) {
  const { name, message } = error as Error;
  say({ error: name, message });
}
