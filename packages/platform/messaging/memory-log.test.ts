import { silentLogger as logger } from '../testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '../time/system.ts';
import { deadLettersConformance } from './dead-letters.conformance.ts';
import { deduplicationConformance, eventLogConformance } from './event-log.conformance.ts';
import { createMemoryEventLog, memoryLogData } from './memory-log.ts';

const data = memoryLogData();
const open = async () => createMemoryEventLog({ data, clock, ids, logger });

eventLogConformance('memory', open);
deduplicationConformance('memory', open);
deadLettersConformance('memory', async (time) =>
  createMemoryEventLog({ data: memoryLogData(), clock: time, ids, logger }),
);
