import { silentLogger as logger } from '../testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '../time/system.ts';
import { deduplicationConformance, eventLogConformance } from './event-log.conformance.ts';
import { createMemoryEventLog, memoryLogData } from './memory-log.ts';

const data = memoryLogData();
const open = async () => createMemoryEventLog({ data, clock, ids, logger });

eventLogConformance('memory', open);
deduplicationConformance('memory', open);
