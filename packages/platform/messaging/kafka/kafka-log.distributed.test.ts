import { inject } from 'vitest';
import { silentLogger as logger } from '../../testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { eventLogConformance } from '../event-log.conformance.ts';
import { createKafkaEventLog } from './kafka-log.ts';

const prefix = `test-${ids.uuid()}-`;
const open = () => createKafkaEventLog({ brokers: [inject('kafka')], prefix, replication: 1, clock, ids, logger });

eventLogConformance('kafka', open);
