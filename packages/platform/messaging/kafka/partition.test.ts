import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { silentLogger as logger } from '../../testing/logger.ts';
import { systemClock as clock } from '../../time/system.ts';
import type { ReceivedRecord } from './cloud-event.ts';
import { type PartitionReader, type PartitionReaderOptions, readPartition } from './partition.ts';

const record = (offset: number): ReceivedRecord => ({
  topic: 'order',
  partition: 1,
  offset: BigInt(offset),
  key: null,
  value: null,
  headers: [],
});

const records = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => record(from + at));

describe('the reader of a partition', () => {
  const readers: PartitionReader[] = [];
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  });
  const read = (options: Partial<PartitionReaderOptions> = {}) => {
    const handled: bigint[] = [];
    const batches: { offsets: number[]; signal: AbortSignal }[] = [];
    const calls = { hungry: 0 };
    const reader = readPartition({
      topic: 'order',
      partition: 1,
      position: 0n,
      async handle(batch, signal) {
        batches.push({ offsets: batch.map(({ offset }) => Number(offset)), signal });
      },
      owned: async () => {},
      onHandled: (offset) => handled.push(offset),
      onHungry: () => {
        calls.hungry += 1;
      },
      group: 'group',
      clock,
      logger,
      ...options,
    });
    readers.push(reader);
    return { reader, handled, batches, calls };
  };

  it('When more is fed than one delivery takes, then it comes in batches, in order, and reports how far it is', async () => {
    const { reader, handled, batches, calls } = read();
    reader.feed(records(0, 450), 450n);
    expect(reader.next()).toBe(450n);
    expect(reader.hungry()).toBe(false);
    await eventually(() => handled.at(-1) === 450n);
    expect(batches.map(({ offsets }) => offsets.length)).toEqual([200, 200, 50]);
    expect(batches.flatMap(({ offsets }) => offsets)).toEqual(Array.from({ length: 450 }, (_, at) => at));
    expect(handled).toEqual([200n, 400n, 450n]);
    expect([reader.hungry(), calls.hungry]).toEqual([true, 1]);
  });

  it('When an answer begins before what was asked for, or is empty, then nothing comes twice', async () => {
    const { reader, handled, batches } = read({ position: 7n });
    reader.feed(records(0, 10), 10n);
    reader.feed(records(5, 12), 12n);
    reader.feed([], 15n);
    await eventually(() => handled.at(-1) === 12n);
    expect(batches.flatMap(({ offsets }) => offsets)).toEqual([7, 8, 9, 10, 11]);
    expect(reader.next()).toBe(15n);
    reader.moveTo(20n);
    expect(reader.next()).toBe(20n);
  });

  it('When a delivery fails, then it is tried again, nothing is reported, and the failure can be seen', async () => {
    let failures = 0;
    const { reader, handled } = read({
      async handle() {
        failures += 1;
        if (failures < 4) throw new Error('the store is gone');
      },
    });
    reader.feed(records(0, 3), 3n);
    await eventually(() => failures === 3);
    expect(handled).toEqual([]);
    expect(reader.failingMs()).toBeGreaterThan(0);
    await eventually(() => handled.at(-1) === 3n);
    expect(reader.failingMs()).toBe(0);
  });

  it('When it is not sure that the partition is still ours, then nothing is delivered until it is', async () => {
    const sure = Promise.withResolvers<void>();
    const { reader, handled, batches } = read({ owned: () => sure.promise });
    reader.feed(records(0, 3), 3n);
    await clock.sleep(50);
    expect(batches).toEqual([]);
    sure.resolve();
    await eventually(() => handled.at(-1) === 3n);
  });

  it('When it stops, then it waits for the delivery in hand, and starts none any more', async () => {
    const begun = Promise.withResolvers<AbortSignal>();
    const end = Promise.withResolvers<void>();
    const { reader, handled } = read({
      async handle(_, signal) {
        begun.resolve(signal);
        await end.promise;
      },
    });
    reader.feed(records(0, 450), 450n);
    const signal = await begun.promise;
    let stopped = false;
    const stopping = reader.stop().then(() => {
      stopped = true;
    });
    await clock.sleep(20);
    expect([signal.aborted, stopped, handled]).toEqual([true, false, []]);
    end.resolve();
    await stopping;
    expect(handled).toEqual([200n]);
  });
});
