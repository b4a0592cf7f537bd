import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { columns } from '@shop/platform/text/columns.ts';
import { stopwatch } from '@shop/platform/time/system.ts';
import { grow } from './fill.ts';
import { buyAt, type Look, looksAt } from './looks.ts';
import { type Form, growingShop } from './shops.ts';

const usage = `usage: npm run growth -- [--form embedded|distributed] [--sizes 1000,100000,1000000] [--json FILE]

Fills a shop of its own with so many products, SKUs and orders, measures what people ask of it at each size, one
request at a time, and prints the milliseconds side by side. A million takes some minutes and 6 GB of disk.`;

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(2);
};

const readOptions = () => {
  try {
    return parseArgs({
      options: {
        form: { type: 'string', default: 'embedded' },
        sizes: { type: 'string', default: '1000,100000,1000000' },
        json: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n${usage}`);
  }
};

const given = readOptions();
if (given.help) {
  console.log(usage);
  process.exit(0);
}
const form = given.form as Form;
if (form !== 'embedded' && form !== 'distributed') fail(`--form takes embedded or distributed, but got "${form}".`);
const sizes = given.sizes.split(',').map(Number);
if (
  !sizes.every((size, at) => Number.isInteger(size) && size >= 100 && size <= 10_000_000 && size > (sizes[at - 1] ?? 0))
)
  fail(`--sizes takes rising whole numbers from 100 to 10000000, but got "${given.sizes}".`);

interface Figures {
  p50: number;
  p99: number;
  /** How many were refused: what takes too long is given up by the shop. */
  failed: number;
}

const figuresOf = async ({ times, ask }: Look): Promise<Figures> => {
  for (let turn = 0; turn < Math.min(10, times); turn += 1) await ask(turn).catch(() => {});
  const taken: number[] = [];
  let failed = 0;
  for (let turn = 0; turn < times; turn += 1) {
    const since = stopwatch();
    await ask(turn + 10).catch(() => {
      failed += 1;
    });
    taken.push(since());
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(taken.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), failed };
};

const table = (results: Map<string, Figures[]>): string => {
  const rows = [...results].map(([name, all]) => [
    name,
    ...all.map(({ p50, p99, failed }) => {
      const cell = `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
      return failed > 0 ? `${cell} (${failed} failed)` : cell;
    }),
  ]);
  const head = ['p50 / p99 in ms', ...sizes.map((size) => size.toLocaleString('en'))];
  return columns([head, ...rows], (at) => at > 0);
};

const shop = await growingShop(form);
const results = new Map<string, Figures[]>();
try {
  const buyer = shop.visit();
  const { user } = await buyer.auth.guest();
  let before = 0;
  for (const size of sizes) {
    const since = stopwatch();
    console.log(`growing to ${size.toLocaleString('en')} products and orders …`);
    await grow(shop, before, size, user.id);
    console.log(`  grown in ${(since() / 1000).toFixed(0)} s`);
    before = size;
    const looks = await looksAt(size, { anyone: shop.visit(), admin: shop.admin, buyer });
    const buying = { name: 'two items and a checkout', times: 100, ask: (turn: number) => buyAt(buyer, size, turn) };
    for (const look of [...looks, buying])
      results.set(look.name, [...(results.get(look.name) ?? []), await figuresOf(look)]);
    console.log(table(results));
  }
} finally {
  await shop.close();
}
if (given.json)
  await writeFile(given.json, `${JSON.stringify({ form, sizes, results: Object.fromEntries(results) }, null, 2)}\n`);
