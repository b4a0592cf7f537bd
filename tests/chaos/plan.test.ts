import { describe, expect, it } from 'vitest';
import { serversOf } from '../../deploy/local/detours.ts';
import { oneOfEach } from '../../deploy/local/replicas.ts';
import { type Blow, describeFault, type Fault, planBlows, touched } from './plan.ts';

const replicas = { ...oneOfEach(), order: 2 };

const blowsOf = (seed: number, count: number): Blow[] => {
  const blows = planBlows(seed, replicas);
  return Array.from({ length: count }, () => blows.next().value);
};
const faultsOf = (seed: number, count: number): Fault[] => blowsOf(seed, count).flatMap(({ faults }) => faults);

describe('The plan of faults', () => {
  it('When the seed is the same, then so are the faults; another one plans others', () => {
    expect(blowsOf(7, 50)).toEqual(blowsOf(7, 50));
    expect(blowsOf(8, 50)).not.toEqual(blowsOf(7, 50));
  });

  it.each([1, 2, 3])('When a run of seed %i is short, then each kind of fault comes all the same', (seed) => {
    const kinds = faultsOf(seed, 20).map(({ kind }) => kind);
    expect([...new Set(kinds)].sort()).toEqual(['clock', 'full log', 'kill', 'pause', 'wire']);
    expect(kinds.filter((kind) => kind === 'kill').length).toBeGreaterThan(kinds.length / 3);
  });

  it('When it goes on, then every process is killed and paused, every server cut off in every way', () => {
    const faults = faultsOf(1, 400);
    const everything = ['postgres', 'mongo', 'kafka', 'redis', 'edge', 'identity', 'product', 'inventory', 'cart'];
    const expected = [...everything.map((part) => `${part} 1`), 'discount 1', 'order 1', 'order 2'].sort();
    for (const kind of ['kill', 'pause'] as const)
      expect([...new Set(faults.filter((fault) => fault.kind === kind).map(touched))].sort()).toEqual(expected);
    const wires = faults.filter((fault) => fault.kind === 'wire');
    expect(new Set(wires.map(({ server, toxic }) => `${server} ${toxic.type}`)).size).toBe(4 * 5);
    expect(wires.some(({ services }) => services.length === 1)).toBe(true);
    for (const { server, services } of wires)
      for (const service of services) expect(serversOf(service)).toContain(server);
  });

  it('When two come at once, then they hit different things', () => {
    const pairs = blowsOf(1, 300).filter(({ faults }) => faults.length === 2);
    expect(pairs.length).toBeGreaterThan(50);
    for (const { faults } of pairs) expect(new Set(faults.map(touched)).size).toBe(2);
  });

  it('When a fault is told, then it says what is hit, how, and for how long', () => {
    const told = [
      { kind: 'kill', part: 'order', replica: 2, forMs: 1_200 },
      { kind: 'pause', part: 'kafka', replica: 1, forMs: 3_000 },
      { kind: 'full log', part: 'cart', replica: 1, forMs: 2_000 },
      { kind: 'clock', part: 'identity', replica: 1, byMs: -90_000, forMs: 4_000 },
      { kind: 'wire', server: 'mongo', services: ['cart'], toxic: { type: 'bandwidth', rate: 4 }, forMs: 5_000 },
      {
        kind: 'wire',
        server: 'redis',
        services: ['cart', 'order'],
        toxic: { type: 'timeout', timeout: 0 },
        forMs: 900,
      },
    ] satisfies Fault[];
    expect(told.map(describeFault)).toEqual([
      'kill -9 order 2, away for 1.2 s',
      'SIGSTOP kafka, for 3.0 s',
      'cart 1 logs to a full disk, for 2.0 s',
      "identity 1's clock jumps by -90.0 s, for 4.0 s",
      'cart → mongo: 4 kB/s, for 5.0 s',
      'all services → redis: nothing gets through, for 0.9 s',
    ]);
  });
});
