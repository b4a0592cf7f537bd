import { availableParallelism } from 'node:os';
import type { Options } from './arguments.ts';
import { type FloorUrls, openFloor } from './floor.ts';
import { type Market, openMarket, type Place } from './goods.ts';
import { type Measurement, measure, warmUp } from './measure.ts';
import { embeddedStand } from './own-embedded.ts';
import type { Row, ScenarioName } from './result.ts';
import type { Scenario } from './scenario.ts';
import { checkout } from './scenarios/checkout.ts';
import { flashBuyers, flashSale } from './scenarios/flash-sale.ts';
import { journey } from './scenarios/journey.ts';
import { reads } from './scenarios/reads.ts';
import { givenStand, ownStand, type Stand } from './stand.ts';
import { short } from './table.ts';

export interface Surroundings {
  report: (sentence: string) => void;
  admin: Place['admin'];
  /** Gives it all up. */
  signal: AbortSignal;
}

/** What is measured through the door of a shop; the floor and the embedded form have doors of their own. */
const throughTheDoor: Partial<Record<ScenarioName, (market: Market) => Scenario>> = {
  checkout,
  flash: flashSale,
  journey,
  reads,
};

interface Measuring extends Surroundings {
  options: Options;
  rows: Row[];
}

const tell = ({ report }: Surroundings, { scenario, clients, perSecond, p50, p99, errors }: Row): void =>
  report(
    `${scenario}, ${clients} clients: ${short(perSecond)} a second, p50 ${short(p50)} ms, p99 ${short(p99)} ms, ${errors} errors`,
  );

const cores = availableParallelism();

/** What a result is of the floor at the same number of clients: as it was, and had the load cost no CPU. */
const sharesOf = ({ row, loadMsPerSecond }: Measurement, rows: readonly Row[]): Partial<Row> => {
  const floor = rows.find(({ scenario, clients }) => scenario === 'floor' && clients === row.clients);
  if (!floor || !['checkout', 'journey', 'embedded'].includes(row.scenario)) return {};
  const share = row.perSecond / floor.perSecond;
  const left = 1 - loadMsPerSecond / (1000 * cores);
  return { share, shareWithoutLoad: share / left };
};

const measureAt = async (measuring: Measuring, name: ScenarioName, scenario: Scenario, { gauges }: Stand) => {
  const { options, rows } = measuring;
  const flash = name === 'flash';
  for (const clients of flash ? [flashBuyers] : options.clients) {
    if (measuring.signal.aborted) return;
    const what = { name, scenario, clients, rounds: options.rounds, seconds: options.seconds, gauges };
    const measurement = await measure(what, flash ? flashBuyers : undefined);
    const row = { ...measurement.row, ...sharesOf(measurement, rows) };
    rows.push(row);
    tell(measuring, row);
  }
};

const warm = async ({ options, report, signal }: Measuring, scenario: Scenario): Promise<void> => {
  report('warming up');
  await warmUp(scenario, options.warmRounds, signal);
};

const measureFloor = async (measuring: Measuring, stand: Stand, servers: FloorUrls): Promise<void> => {
  const floor = await openFloor(servers);
  try {
    await warm(measuring, floor);
    await measureAt(measuring, 'floor', floor, stand);
  } finally {
    await floor.close();
  }
};

const measureDoor = async (measuring: Measuring, stand: Stand, names: readonly ScenarioName[]): Promise<void> => {
  const market = await openMarket(stand.place, flashBuyers);
  try {
    // By what is measured first: who looks at reads alone wants no orders. A round of the flash sale is a whole sale.
    const first = names.find((name) => name !== 'flash') ?? 'checkout';
    await warm(measuring, throughTheDoor[first]?.(market) ?? checkout(market));
    for (const name of names) {
      const scenario = throughTheDoor[name]?.(market);
      if (scenario) await measureAt(measuring, name, scenario, stand);
    }
  } finally {
    await market.close();
  }
};

const measureEmbedded = async (measuring: Measuring): Promise<void> => {
  measuring.report('starting the embedded form');
  const stand = await embeddedStand();
  try {
    const market = await openMarket(stand.place, flashBuyers);
    const scenario = checkout(market);
    await warm(measuring, scenario);
    await measureAt(measuring, 'embedded', scenario, stand);
    await market.close();
  } finally {
    await stand.close();
  }
};

/** Measures what was asked for, one after the other, and answers a row for each scenario and number of clients. */
export const runAll = async (options: Options, surroundings: Surroundings): Promise<Row[]> => {
  const { url, scenarios } = options;
  const { report, admin, signal } = surroundings;
  const measuring: Measuring = { ...surroundings, options, rows: [] };
  const doors = scenarios.filter((name) => throughTheDoor[name]);
  if (doors.length > 0 || scenarios.includes('floor')) {
    const stand = url === undefined ? await ownStand(report, signal) : givenStand({ url, admin });
    try {
      if (scenarios.includes('floor') && stand.servers) await measureFloor(measuring, stand, stand.servers);
      if (doors.length > 0) await measureDoor(measuring, stand, doors);
    } finally {
      await stand.close();
    }
  }
  if (scenarios.includes('embedded') && !signal.aborted) await measureEmbedded(measuring);
  return measuring.rows;
};
