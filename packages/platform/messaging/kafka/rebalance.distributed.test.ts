import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { silentLogger as logger } from '../../testing/logger.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { orderEvent } from '../event-log.conformance.ts';
import type { EventLog } from '../event-log.ts';
import type { KafkaEventLog } from './kafka-log.ts';
import { joinGroup } from './membership.ts';
import { createLedger, type Ledger, startLoad, testLogs, testPrefix } from './testing.ts';

/** Sessions, and processes that start, take their time on a machine that is busy. */
const patienceMs = 25_000;
const wholeMs = 90_000;

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
      const groups = [log.names.group(group)];
      // Right after a broker's first start there are no offsets to be had.
      const [found] = await admin.listConsumerGroupOffsets({ groups }).catch(() => []);
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

describe('members of a group', { timeout: wholeMs }, () => {
  it('When members come and go under load, then nothing is lost, overtaken or even repeated', async () => {
    const { log, group, load, ledger } = await arrange();
    const offsets = watchOffsets(log, group);
    await joinAs('first', log, group, ledger);
    for (const name of ['second', 'third']) {
      const member = await joinAs(name, await open(), group, ledger);
      await eventually(() => ledger.by(name) > 100, patienceMs);
      await member.close();
    }
    const alone = ledger.by('first');
    await eventually(() => ledger.by('first') > alone + 500, patienceMs);
    await load.stop();
    await eventually(() => ledger.count() === load.published(), patienceMs);
    load.expectAll(ledger);
    expect(ledger.repeats()).toBe(0);
    expect(await offsets()).toEqual({ backwards: 0, partitions: 6 });
  });

  it('When a member is killed, then another has its partitions when its session is over, and nothing is lost', async () => {
    const { log, group, load, ledger } = await arrange();
    const child = launchMember('killed', group, ledger, 500);
    await joinAs('heir', log, group, ledger);
    await eventually(() => ledger.by('killed') > 100 && ledger.by('heir') > 100, patienceMs);
    // In the midst of a delivery.
    await clock.sleep(250);
    child.kill('SIGKILL');
    await load.stop();
    await eventually(() => ledger.count() === load.published(), patienceMs);
    load.expectAll(ledger);
  });

  it('When a process stands still for longer than its session, then nothing is lost, and it takes part again', async () => {
    const { log, group, load, ledger } = await arrange();
    const child = launchMember('zombie', group, ledger, 500);
    await joinAs('heir', log, group, ledger);
    await eventually(() => ledger.by('zombie') > 100 && ledger.by('heir') > 100, patienceMs);
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
    await eventually(() => ledger.by('zombie') > before + 500, patienceMs);
    await load.stop();
    await eventually(() => ledger.count() === load.published(), patienceMs);
    load.expectAll(ledger);
    expect(await offsets()).toEqual({ backwards: 0, partitions: 6 });
  });

  it('When a delivery outlasts two rebalances, then its partition is not handled twice at a time', async () => {
    const [log, group, key] = [await open(), ids.uuid(), ids.uuid()];
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const delivered: { version: number; aborted: boolean }[] = [];
    let [inHand, together] = [0, 0];
    await log.subscribe({
      group,
      topics: ['order'],
      async deliver(events, signal) {
        const [event] = events.filter((one) => one.key === key);
        if (!event) return;
        inHand += 1;
        together = Math.max(together, inHand);
        begun.resolve();
        await end.promise;
        inHand -= 1;
        delivered.push({ version: event.data.version, aborted: signal.aborted });
      },
    });
    await log.publish('order', [orderEvent(key, 1)]);
    await begun.promise;
    // Another member comes, takes part of the partitions, does nothing and goes.
    const visitor = {
      ...{ clients: log.clients, group: log.names.group(group), topics: [log.names.events('order')], clock, logger },
      onAssigned() {},
      async onRevoked() {},
      onLost() {},
      onHeartbeat() {},
    };
    const membership = await joinGroup(visitor, new AbortController().signal);
    await membership.leave();
    await clock.sleep(1_500);
    end.resolve();
    // The one that was given up, and the one that counts.
    await eventually(() => delivered.length === 2);
    expect(delivered).toEqual([
      { version: 1, aborted: true },
      { version: 1, aborted: false },
    ]);
    expect(together).toBe(1);
  });
});
