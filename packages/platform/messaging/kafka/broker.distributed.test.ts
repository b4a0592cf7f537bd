import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKafka } from '../../../../deploy/local/servers/kafka.ts';
import { createLeash } from '../../../../deploy/local/servers/leash.ts';
import type { Server } from '../../../../deploy/local/servers/options.ts';
import { eventually } from '../../testing/eventually.ts';
import { systemClock as clock, systemIds as ids } from '../../time/system.ts';
import { orderEvent } from '../event-log.conformance.ts';
import type { Subscription } from '../event-log.ts';
import { createLedger, type Ledger, startLoad, testLogs } from './testing.ts';

const patienceMs = 25_000;

/** A broker of this file's own, to be killed and paused. */
describe('A cluster that fails', { timeout: 120_000 }, () => {
  const leash = createLeash();
  const open = testLogs();
  let dir: string;
  let broker: Server;
  const start = async (port?: number) => {
    broker = await startKafka({ dir, port, onStart: (process) => leash.hold({ process }) });
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'shop-broker-'));
    leash.hold({ folder: dir });
    await start();
  });
  afterAll(() => leash.end());

  /** Two members and a load that is under way. */
  const arrange = async () => {
    const logs = [await open({ brokers: [broker.url] }), await open({ brokers: [broker.url] })];
    const [log, other] = logs as [(typeof logs)[0], (typeof logs)[0]];
    const load = startLoad(log, { pauseMs: 20 });
    const ledger: Ledger = createLedger(load.keys);
    const group = ids.uuid();
    const members: Subscription[] = [];
    for (const [name, by] of Object.entries({ one: log, two: other })) {
      const deliver = async (events: Parameters<Ledger['note']>[1]) => ledger.note(name, events);
      members.push(await by.subscribe({ group, topics: ['order'], deliver }));
    }
    await eventually(() => ledger.by('one') > 100 && ledger.by('two') > 100, patienceMs);
    return { load, ledger, failing: () => members.map(({ failingMs }) => failingMs() > 0) };
  };

  it('When the only broker is killed and comes back after longer than a session, then nothing acknowledged is lost, and all goes on', async () => {
    const { load, ledger, failing } = await arrange();
    await broker.kill();
    const before = load.published();
    await eventually(() => failing().every(Boolean));
    await clock.sleep(8_000);
    await start(broker.port);
    const back = clock.now().getTime();
    await eventually(() => load.published() > before + 500, patienceMs);
    await eventually(() => ledger.count() > before + 500, patienceMs);
    const tookMs = clock.now().getTime() - back;
    await load.stop();
    await eventually(() => ledger.count() === load.published(), patienceMs);
    load.expectAll(ledger);
    await eventually(() => !failing().some(Boolean));
    expect(tookMs).toBeLessThan(30_000);
  });

  it('When the only broker stands still, then publishing fails in time instead of hanging, and all goes on after', async () => {
    const { load, ledger, failing } = await arrange();
    const log = await open({ brokers: [broker.url] });
    await broker.signal('SIGSTOP');
    const began = clock.now().getTime();
    await expect(log.publish('order', [orderEvent('1', 1)])).rejects.toThrow('an acknowledgement took longer');
    expect(clock.now().getTime() - began).toBeLessThan(12_000);
    expect(failing()).toEqual([true, true]);
    await broker.signal('SIGCONT');
    const before = load.published();
    await eventually(() => load.published() > before + 500, patienceMs);
    await load.stop();
    await eventually(() => ledger.count() === load.published(), patienceMs);
    load.expectAll(ledger);
    await eventually(() => !failing().some(Boolean));
  });
});
