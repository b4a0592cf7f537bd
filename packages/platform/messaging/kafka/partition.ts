import { startLoop } from '../../lifecycle/loop.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { ReceivedRecord } from './cloud-event.ts';

/** The most records in one delivery. */
export const batchSize = 200;
/** A delivery and the next one: beyond that nothing more is fetched. */
const enough = 2 * batchSize;
/** Nobody waits for this: a reader is nudged when there is something to read. */
const idleMs = 60_000;

/**
 * Handles records of one partition in order; resolves when they took effect. Rejecting means "infrastructure failed":
 * the same records come again after a pause, without end.
 */
export type Handle = (records: readonly ReceivedRecord[], signal: AbortSignal) => Promise<void>;

export interface PartitionReader {
  topic: string;
  partition: number;
  /** The offset to be fetched next. */
  next(): bigint;
  /** Goes on from another offset, where this one isn't there any more. */
  moveTo(offset: bigint): void;
  hungry(): boolean;
  /** Takes records that were fetched, in order; those below `next` are passed by. `next` is where to go on. */
  feed(records: readonly ReceivedRecord[], next: bigint): void;
  failingMs(): number;
  /** Starts no further delivery, aborts the one in hand and resolves when that has ended. */
  stop(): Promise<void>;
}

export interface PartitionReaderOptions {
  topic: string;
  partition: number;
  /** The first offset to be read. */
  position: bigint;
  handle: Handle;
  /** Resolves when this process surely owns the partition, or when the signal aborts. */
  owned: (signal: AbortSignal) => Promise<void>;
  /** Told the offset behind the records that took effect. */
  onHandled: (offset: bigint) => void;
  /** Called when there is room for more records. */
  onHungry: () => void;
  group: string;
  clock: Clock;
  logger: Logger;
}

/** One partition's records on their way: fetched ahead, handled a batch at a time, tried again until they take effect. */
export const readPartition = (options: PartitionReaderOptions): PartitionReader => {
  const { topic, partition, position, handle, owned, onHandled, onHungry, group, clock, logger } = options;
  const queue: ReceivedRecord[] = [];
  let next = position;
  const hungry = () => queue.length < enough;

  const loop = startLoop({
    name: `${group} reads ${topic}/${partition}`,
    everyMs: idleMs,
    clock,
    logger,
    async work(signal) {
      const batch = queue.slice(0, batchSize);
      const last = batch.at(-1);
      if (!last) return false;
      await owned(signal);
      if (signal.aborted) return false;
      await handle(batch, signal);
      const wasHungry = hungry();
      queue.splice(0, batch.length);
      onHandled(last.offset + 1n);
      if (!wasHungry) onHungry();
      return queue.length > 0;
    },
  });

  return {
    topic,
    partition,
    next: () => next,
    moveTo(offset) {
      next = offset;
    },
    hungry,
    feed(records, nextOffset) {
      // A fetch answers in whole batches, which may begin before the offset that was asked for.
      for (const record of records) if (record.offset >= next) queue.push(record);
      if (nextOffset > next) next = nextOffset;
      if (queue.length > 0) loop.nudge();
    },
    failingMs: loop.failingMs,
    stop: loop.stop,
  };
};
