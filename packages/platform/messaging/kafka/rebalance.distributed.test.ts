import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import type { EventLog } from '../event-log.ts';
import type { KafkaEventLog } from './kafka-log.ts';
import { createLedger, type Ledger, startLoad, testLogs, testPrefix } from './testing.ts';

const prefix = testPrefix();
const open = testLogs(prefix);
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A member in a process of its own. */
const launchMember = (name: string, group: string, ledger: Ledger, deliveryMs: number): ChildProcess => {
  const fixture = join(import.meta.dirname, 'member.fixture.ts');
  const child = spawn(process.execPath, [fixture, inject('kafka'), prefix, group, String(deliveryMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    ledger.note(name, JSON.parse(line));
  });
  return child;
};

const joinAs = (name: string, log: EventLog, group: string, ledger: Ledger, deliveryMs = 5) =>
  log.subscribe({
    group,
    topics: ['order'],
    async deliver(events) {
      await clock.sleep(deliveryMs);
      ledger.note(name, events);
    },
  });

/** Watches what the group has committed; answers how often an offset went back. */
const watchOffsets = (log: KafkaEventLog, group: string) => {
  const admin = log.clients.admin();
  const seen = new Map<number, bigint>();
  let [steps, stopped] = [0, false];
  const run = async () => {
    while (!stopped) {
      const [found] = await admin.listConsumerGroupOffsets({ groups: [log.names.group(group)] });
      for (const { partitions } of found?.topics ?? []) {
        for (const { partitionIndex, committedOffset } of partitions) {
          if (committedOffset < (seen.get(partitionIndex) ?? -1n)) steps += 1;
          seen.set(partitionIndex, committedOffset);
        }
      }
      await clock.sleep(20);
    }
    await admin.close();
  };
  const running = run();
  return async () => {
    stopped = true;
    await running;
    return { backwards: steps, partitions: seen.size };
  };
};

const arrange = async () => {
  const log = await open();
  const load = startLoad(log);
  return { log, load, ledger: createLedger(load.keys), group: ids.uuid() };
};

describe('members of a group', () => {
  it('When members come and go under load, then nothing is lost, overtaken or even repeated', async () => {
    const { log, group, load, ledger } = await arrange();
    const offsets = watchOffsets(log, group);
    await joinAs('first', log, group, ledger);
    for (const name of ['second', 'third']) {
      const member = await joinAs(name, await open(), group, ledger);
      await eventually(() => ledger.by(name) > 100);
      await member.close();
    }
    const alone = ledger.by('first');
    await eventually(() => ledger.by('first') > alone + 500);
    await load.stop();
    await eventually(() => ledger.count() === load.published());
    load.expectAll(ledger);
    expect(ledger.repeats()).toBe(0);
    expect(await offsets()).toEqual({ backwards: 0, partitions: 6 });
  });

  it('When a member is killed, then another has its partitions when its session is over, and nothing is lost', async () => {
    const { log, group, load, ledger } = await arrange();
    const child = launchMember('killed', group, ledger, 500);
    await joinAs('heir', log, group, ledger);
    await eventually(() => ledger.by('killed') > 100 && ledger.by('heir') > 100);
    // In the midst of a delivery.
    await clock.sleep(250);
    child.kill('SIGKILL');
    await load.stop();
    await eventually(() => ledger.count() === load.published(), 15_000);
    load.expectAll(ledger);
  });

  it('When a process stands still for longer than its session, then nothing is lost, and it takes part again', async () => {
    const { log, group, load, ledger } = await arrange();
    const child = launchMember('zombie', group, ledger, 500);
    await joinAs('heir', log, group, ledger);
    await eventually(() => ledger.by('zombie') > 100 && ledger.by('heir') > 100);
    const offsets = watchOffsets(log, group);
    await clock.sleep(250);
    child.kill('SIGSTOP');
    const stopped = ledger.count();
    // The heir has all six partitions, and their events.
    await clock.sleep(12_000);
    const before = ledger.by('zombie');
    expect(ledger.count()).toBeGreaterThan(stopped);
    child.kill('SIGCONT');
    // Its late delivery, and then what it is given anew.
    await eventually(() => ledger.by('zombie') > before + 500, 10_000);
    await load.stop();
    await eventually(() => ledger.count() === load.published());
    load.expectAll(ledger);
    expect(await offsets()).toEqual({ backwards: 0, partitions: 6 });
  });
});
