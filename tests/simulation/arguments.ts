import { parseArgs } from 'node:util';
import { isLeftOutName, type LeftOut } from './shrink.ts';

/** What `npm run simulate` was asked for. */
export interface Wanted {
  /** How many histories, beginning with `from`; one where a seed is named. */
  seeds: number;
  from: number;
  isOne: boolean;
  stores: 'memory' | 'postgres';
  workers: number;
  trace: boolean;
  coverage: boolean;
  leftOut: LeftOut;
}

export class BadArguments extends Error {}

export const usage = `
npm run simulate -- [--seeds 1000] [--from 1] [--workers 2] [--coverage]     many histories
npm run simulate -- --seed N [--trace] [--without s2,t1,f4-9]               one history
                    [--stores memory|postgres]                             what it runs on; memory unless said
`.trim();

const wholeNumber = (name: string, text: string, least: number): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least)
    throw new BadArguments(`--${name} takes a whole number from ${least}, not "${text}"`);
  return number;
};

/** @throws BadArguments with a sentence for people. */
export const readArguments = (args: readonly string[]): Wanted => {
  const values = parse(args);
  const { seed, trace = false, without } = values;
  if (seed === undefined && (trace || without !== undefined))
    throw new BadArguments('--trace and --without go with --seed');
  if (seed !== undefined && (values.seeds ?? values.from ?? values.workers) !== undefined)
    throw new BadArguments('--seed plays one history: --seeds, --from and --workers do not go with it');
  const { stores = 'memory' } = values;
  if (stores !== 'memory' && stores !== 'postgres')
    throw new BadArguments(`--stores takes memory or postgres, not "${stores}"`);
  if (stores === 'postgres' && values.workers !== undefined && values.workers !== '1')
    throw new BadArguments('--stores postgres plays one history at a time: --workers can only be 1');
  const leftOut = without === undefined ? [] : without.split(',').filter((name) => name !== '');
  const odd = leftOut.find((name) => !isLeftOutName(name));
  if (odd !== undefined)
    throw new BadArguments(`--without takes names such as s2, s2.3, a1, t1, f or f4-9, not "${odd}"`);
  return {
    seeds: seed === undefined ? wholeNumber('seeds', values.seeds ?? '1000', 1) : 1,
    from: seed === undefined ? wholeNumber('from', values.from ?? '1', 0) : wholeNumber('seed', seed, 0),
    isOne: seed !== undefined,
    stores,
    workers: wholeNumber('workers', values.workers ?? (stores === 'postgres' ? '1' : '2'), 1),
    trace,
    coverage: values.coverage ?? false,
    leftOut,
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        stores: { type: 'string' },
        workers: { type: 'string' },
        without: { type: 'string' },
        trace: { type: 'boolean' },
        coverage: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new BadArguments(error instanceof Error ? error.message : String(error));
  }
};
