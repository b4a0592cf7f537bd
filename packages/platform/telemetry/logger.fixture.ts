import { systemClock } from '../time/system.ts';
import { createLogger } from './logger.ts';

/** Logs for a while, as a service does, and ends in order with 0. */
const logger = createLogger({ name: 'fixture' });
for (let n = 0; n < 5; n += 1) {
  logger.info({ n }, 'at work');
  await systemClock.sleep(10);
}
logger.fatal('the end');
process.exit(0);
