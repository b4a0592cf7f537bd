import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BadArguments, readArguments } from './arguments.ts';
import { playOnThreads } from './crew.ts';
import { postgresMutants } from './mutants.postgres.ts';
import { mutants } from './mutants.ts';
import { mutated, mutatedFunction } from './mutate.ts';
import { planOf } from './plan.ts';
import { playSeed } from './play-seed.ts';
import { faultsLeftOut, planWithout, shrink } from './shrink.ts';

const seedsOf = (from: number, count: number) => ({ from, to: from + count });

describe('simulated histories', () => {
  it('When 200 of them are played, then every promise is kept', async () => {
    const report = await playOnThreads({ seeds: seedsOf(1, 200), workers: 2, mostFailures: 5 });
    expect(report.failures.map(({ seed, breach }) => `seed ${seed}: ${breach?.message}`)).toEqual([]);
    expect(report.tally.histories).toBe(200);
    for (const what of ['order: confirmed', 'order: cancelled', 'checkout: compensated OUT_OF_STOCK', 'crash of order'])
      expect(report.tally.coverage.get(what), what).toBeGreaterThan(20);
  }, 120_000);

  it('When a seed is played twice, then the same things happen at the same moments', async () => {
    for (const seed of [3, 11, 27]) {
      const lines: [string[], string[]] = [[], []];
      const first = await playSeed(seed, { onLine: (line) => lines[0].push(line) });
      const second = await playSeed(seed, { onLine: (line) => lines[1].push(line) });
      expect(second.fingerprint).toBe(first.fingerprint);
      expect(lines[1]).toEqual(lines[0]);
      // Looking at it changes nothing.
      expect((await playSeed(seed)).fingerprint).toBe(first.fingerprint);
    }
  }, 60_000);

  it('When another seed is played, then other things happen', async () => {
    const [one, other] = [await playSeed(3), await playSeed(4)];
    expect(one.fingerprint).not.toBe(other.fingerprint);
  });
});

describe('bugs that are planted', () => {
  it('When a bug is planted, then it is found, and its seed fails again', async () => {
    const mutant = mutants.find(({ name }) => name === 'overwrites a cart that somebody else has changed');
    const crew = { seeds: seedsOf(1, 100), workers: 1, mutant, mostFailures: 1 };
    const [found] = (await playOnThreads(crew)).failures;
    expect(found?.breach?.promise).toBe('I5');
    const seed = found?.seed ?? 0;
    const [again] = (await playOnThreads({ ...crew, seeds: seedsOf(seed, 1) })).failures;
    expect(again?.fingerprint).toBe(found?.fingerprint);
    // Without it that history is like any other.
    expect((await playSeed(seed)).breach).toBeUndefined();
  }, 120_000);

  it('When a guard is taken out of a function of the database, then it is found on PostgreSQL', async () => {
    const mutant = postgresMutants.find(({ name }) => name === 'SQL: keeps the stock of an order that was cancelled');
    const crew = { seeds: seedsOf(1, 10), workers: 1, mutant, mostFailures: 1 };
    const [found] = (await playOnThreads(crew)).failures;
    expect(found?.breach?.promise).toBe('I4');
    expect((await playSeed(found?.seed ?? 0)).breach).toBeUndefined();
  }, 120_000);

  it.each([...mutants, ...postgresMutants].map((mutant) => [mutant.name, mutant] as const))(
    'When "%s" is to be planted, then its place is there',
    (_name, mutant) => {
      expect(mutated(mutant)).toContain(mutant.replace);
      expect(mutatedFunction(mutant)?.statement ?? mutant.replace).toContain(mutant.replace);
      if (mutant.twin) expect(mutants.map(({ name }) => name)).toContain(mutant.twin);
    },
  );

  it('When a later migration has another function in the place of a bug, then planting it fails with its name', () => {
    const file = 'services/order/migrations/0001_orders_and_sagas.sql';
    const find = `where id = ended.order_id and status = 'created'`;
    expect(() => mutatedFunction({ name: 'is late', file, find, replace: '' })).toThrow('"is late": finish_checkout');
  });

  it('When the place of a bug is gone, then planting it fails with its name', () => {
    const mutant = { name: 'is gone', file: 'services/cart/store.ts', find: 'nothing like this', replace: '' };
    expect(() => mutated(mutant)).toThrow('"is gone"');
  });
});

describe('a history that fails', () => {
  it('When it is shrunk, then only what it fails by is left', async () => {
    const plan = planOf(5);
    /** Fails where the second shopper and the third fault are there. */
    const play = async (leftOut: readonly string[]) => {
      const isFailing = planWithout(plan, leftOut).shoppers.some(({ name }) => name === 'shopper-2');
      const breach = isFailing && !faultsLeftOut(leftOut)(3) ? { promise: 'I1', message: '' } : undefined;
      return { ...(await playSeed(5, { leftOut: ['s1', 's2'] })), faults: 8, breach };
    };
    const { leftOut, outcome } = await shrink(plan, await play([]), play);
    expect(outcome.breach?.promise).toBe('I1');
    const left = planWithout(plan, leftOut);
    expect(left.shoppers.map(({ name, actions }) => [name, actions.length])).toEqual([['shopper-2', 0]]);
    expect(left.troubles).toEqual([]);
    const faults = [1, 2, 3, 4, 5, 6, 7, 8].filter((fault) => !faultsLeftOut(leftOut)(fault));
    expect(faults).toEqual([3]);
  });
});

describe('npm run simulate', () => {
  it.each([
    [['--seeds', 'many'], '--seeds takes a whole number from 1, not "many"'],
    [['--seed', '-1'], "Option '--seed' argument"],
    [['--trace'], '--trace and --without go with --seed'],
    [['--seed', '1', '--workers', '2'], '--seed plays one history'],
    [['--seed', '1', '--without', 's1,x'], '"x"'],
    [['--stores', 'paper'], '--stores takes memory or postgres, not "paper"'],
    [['--stores', 'postgres', '--workers', '2'], '--workers can only be 1'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('When it is called with %j, then it says what is wrong', (args, message) => {
    expect(() => readArguments(args)).toThrow(BadArguments);
    expect(() => readArguments(args)).toThrow(message);
  });

  it('When one history is asked for, then it tells what happened and how it ended', async () => {
    const args = ['tests/simulation/simulate.main.ts', '--seed', '7', '--trace'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toContain('order ← orders.checkout');
    expect(stdout).toContain('Every promise was kept.');
    expect(stdout).toMatch(/Seed 7: \d+ steps, \d+ calls of ports/);
  }, 60_000);
});
