import { createLogger } from '../../telemetry/logger.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { createKafkaEventLog } from './kafka-log.ts';

/**
 * A process that is a member of a group, for tests that kill or pause it: `node member.fixture.ts <broker> <prefix>
 * <group> <ms that a delivery takes>`. Says each delivery that it has done on a line of its own.
 */
const [broker = '', prefix = '', group = '', ms = '0'] = process.argv.slice(2);
const logger = createLogger({ name: 'member', level: 'silent' });
const log = await createKafkaEventLog({ brokers: [broker], prefix, replication: 1, clock, ids, logger });
await log.subscribe({
  group,
  topics: ['order'],
  async deliver(events) {
    await clock.sleep(Number(ms));
    process.stdout.write(`${JSON.stringify(events)}\n`);
  },
});
