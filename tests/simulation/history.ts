import type { AnyShopEvent } from '@shop/contracts/events.ts';
import { createAdmin } from './admin.ts';
import type { Backend, Books } from './backend.ts';
import { createChaos } from './chaos.ts';
import { createSharedLive, createSharedLocks } from './coordination.ts';
import { createLedger, type Ledger, noteInSet } from './ledger.ts';
import { createSimulatedLog } from './log.ts';
import { createNetwork } from './network.ts';
import type { Plan } from './plan.ts';
import { Breach, createWatchman } from './promises.ts';
import { checkAtRest, unfinishedIn } from './rest.ts';
import { type ServiceName, serviceNames } from './service-names.ts';
import { type Shop, start } from './services.ts';
import { createShopper } from './shoppers.ts';
import type { Trouble } from './troubles.ts';
import { type Coverage, count, createWorld, type Process, type World } from './world.ts';

export interface HistoryOptions {
  plan: Plan;
  /** Empty stores that judge leases by this clock. */
  backendFor: (world: World) => Backend | Promise<Backend>;
  /** The stores are real ones: their calls take real time, and are only looked at when all is at rest. */
  isReal: boolean;
  /** Leaves faults of calls and messages out, by their number. */
  isLeftOut?: (fault: number) => boolean;
  onLine?: (line: string) => void;
}

export interface Outcome {
  seed: number;
  /** What went wrong; undefined when all was kept. */
  breach?: { promise: string; message: string };
  fingerprint: string;
  steps: number;
  /** Calls of ports. */
  calls: number;
  faults: number;
  /** How long it took, in the history's own time. */
  ms: number;
  coverage: Coverage;
}

/** Everybody who acts has come to an end by then, or something hangs. */
const ACTING_MS = 600_000;
/** Without faults everything comes to rest within this. */
const REST_MS = 900_000;
/** Where nothing ever failed it does so without anybody asking what became of something. */
const CALM_REST_MS = 45_000;
const LOOK_MS = 500;
const RETRY_PARKED_MS = 20_000;

/** Plays one history and answers what became of it. */
export const playHistory = async (options: HistoryOptions): Promise<Outcome> => {
  const { plan, isReal, isLeftOut = () => false, onLine } = options;
  const chaos = createChaos({ seed: plan.seed, rates: plan.rates, isLeftOut });
  const watchman = createWatchman();
  let backend: Backend | undefined;
  const world = createWorld({
    seed: plan.seed,
    chaos,
    onLine,
    isReal,
    onEffect(service, label) {
      if (!isReal && backend && isWrite(label)) watchman.look(service, () => (backend as Backend).read() as Books);
    },
  });
  const outcome = (breach?: Outcome['breach']): Outcome => ({
    seed: plan.seed,
    breach,
    fingerprint: world.fingerprint(),
    steps: world.steps(),
    calls: world.calls(),
    faults: chaos.faults(),
    ms: world.now(),
    coverage: world.coverage,
  });
  try {
    backend = await options.backendFor(world);
    await play(plan, world, backend);
    return outcome();
  } catch (error) {
    if (error instanceof Breach) return outcome({ promise: error.promise, message: error.message });
    const { stack, message } = error instanceof Error ? error : { stack: undefined, message: String(error) };
    return outcome({ promise: 'defect', message: stack ?? message });
  }
};

/** Reads change nothing that a promise could be broken by. */
const reads = /\.(find|facts|pending|bySkus|byIds|catalogueOf|heartbeat|acquire|release|publish|depth|list|settle)/;
const isWrite = (label: string): boolean => !reads.test(label);

const play = async (plan: Plan, world: World, backend: Backend): Promise<void> => {
  const network = createNetwork(world);
  const log = createSimulatedLog(world, plan.seed, plan.partitions);
  const shop: Shop = {
    ...{ world, network, log, backend },
    holders: new Map(),
    locks: createSharedLocks(world),
    live: createSharedLive(world),
  };
  const ledger = createLedger(plan.shoppers);
  const fleet = createFleet(shop, plan);
  const deps = { world, network, ledger };
  const clientOf = (name: string) => world.createProcess(name, 'clients', 0);
  const admin = createAdmin(deps, clientOf('admin'), plan);
  const shoppers = plan.shoppers.map((shopper) => ({
    ...createShopper(deps, clientOf(shopper.name), shopper),
    actions: shopper.actions,
  }));

  world.chaos.pause(true);
  fleet.startAll();
  await until(world, admin.fill(), ACTING_MS);
  world.chaos.pause(false);
  fleet.expect(plan.troubles);
  const lingerUntil = world.now() + plan.lingerMs;
  await until(
    world,
    Promise.all([admin.play(plan.admin), ...shoppers.map(({ play: act, actions }) => act(actions))]),
    ACTING_MS,
  );

  await world.run(() => world.now() > lingerUntil);

  // From here on nothing fails any more, and all that is under way must come to its end.
  world.chaos.stop();
  fleet.heal();
  world.tell('world', () => '--- nothing fails any more ---');
  const from = world.now();
  await rest(shop, admin);
  const isCalm = plan.troubles.length === 0 && Object.values(plan.rates).every((rate) => rate === 0);
  if (isCalm && world.now() - from > CALM_REST_MS)
    throw new Breach('rest', `Nothing had failed, and it took ${Math.round((world.now() - from) / 1000)} s`);
  await until(world, Promise.all(shoppers.map(({ lookBack }) => lookBack())), ACTING_MS);
  const books = await rest(shop, admin);
  count(world.coverage, 'seconds to rest', Math.round((world.now() - from) / 1000));
  await check(shop, books, ledger);
  noteOutcomes(world.coverage, books);
};

/** Lets the world go on until `work` has ended. @throws what it throws, and a Breach where it doesn't end. */
const until = async (world: World, work: Promise<unknown>, withinMs: number): Promise<void> => {
  let ended: { error?: unknown } | undefined;
  work.then(
    () => {
      ended = {};
    },
    (error) => {
      ended = { error };
    },
  );
  const deadline = world.now() + withinMs;
  await world.run(() => ended !== undefined || world.now() > deadline);
  if (!ended) throw new Breach('rest', `Somebody still waits after ${withinMs} ms`);
  if (ended.error !== undefined) throw ended.error;
};

/** Lets the world go on until the shop is at rest; parked sagas are pushed on, as an operator would. */
const rest = async (shop: Shop, admin: { retryParked(): Promise<number> }): Promise<Books> => {
  const { world, backend, log, network } = shop;
  const from = world.now();
  let looked = from;
  let retried = from;
  let books = await backend.read();
  await world.run(async () => {
    const now = world.now();
    if (now - looked < LOOK_MS) return false;
    looked = now;
    books = await backend.read();
    if (now - retried > RETRY_PARKED_MS && books.sagas.some(({ state }) => state === 'parked')) {
      retried = now;
      count(world.coverage, 'looks at parked sagas');
      void admin.retryParked();
    }
    const isServed = serviceNames.every(network.isServed);
    return (isServed && unfinishedIn(books).length === 0 && log.isDrained()) || now - from > REST_MS;
  });
  const unfinished = [...unfinishedIn(books), ...(log.isDrained() ? [] : ['events are not taken'])];
  if (unfinished.length > 0)
    throw new Breach('rest', `After ${REST_MS / 60_000} minutes without faults: ${unfinished.slice(0, 5).join('; ')}`);
  return books;
};

const check = async ({ backend, log }: Shop, books: Books, ledger: Ledger): Promise<void> => {
  checkAtRest(books, ledger);
  const [found] = await backend.audit();
  if (found) throw new Breach('audit', found);
  const [lost] = log.lost();
  if (lost) throw new Breach('I7', `${lost.type} of ${lost.key} was never published`);
  const [twice] = effectsOf(log.published());
  if (twice) throw new Breach('I7', twice);
  const [letter] = log.letters();
  if (letter) throw new Breach('I7', `${letter.group} could not apply an event of ${letter.topic}: ${letter.error}`);
};

/** I7: each request to undo was answered once by those whose inbox knows it, however often it was delivered. */
const effectsOf = (events: readonly AnyShopEvent[]): string[] => {
  const asked = { inventory: new Map<string, Set<string>>(), discount: new Map<string, Set<string>>() };
  const answered = { inventory: new Map<string, Set<string>>(), discount: new Map<string, Set<string>>() };
  for (const event of events) {
    if (event.type === 'order.cancelled')
      for (const one of event.data.participants) if (one !== 'cart') noteInSet(asked[one], event.key, event.id);
    if (event.type === 'inventory.released') noteInSet(answered.inventory, event.key, event.id);
    if (event.type === 'discount.released') noteInSet(answered.discount, event.key, event.id);
  }
  return (['inventory', 'discount'] as const).flatMap((who) =>
    [...new Set([...asked[who].keys(), ...answered[who].keys()])].flatMap((orderId) => {
      const [requests, answers] = [asked[who].get(orderId)?.size ?? 0, answered[who].get(orderId)?.size ?? 0];
      return requests === answers
        ? []
        : [`${who} was asked ${requests} times to undo ${orderId}, and did so ${answers} times`];
    }),
  );
};

const noteOutcomes = (coverage: Coverage, { sagas, orders }: Books): void => {
  for (const { kind, state, problem, epoch } of sagas) {
    count(coverage, `${kind}: ${state}${problem ? ` ${problem.code}` : ''}`);
    if (epoch > 1) count(coverage, 'sagas that changed hands');
  }
  for (const { status } of orders) count(coverage, `order: ${status}`);
};

/** The processes of a shop: they die, and are started again. */
const createFleet = (shop: Shop, plan: Plan) => {
  const { world, network, log } = shop;
  const processes = new Map<string, Process>();
  /** How long the next who dies stays down. */
  let downMs: number | undefined;
  let isHealed = false;

  const launch = (service: ServiceName, index: number): void => {
    const name = `${service}-${index + 1}`;
    const skewMs = processes.get(name)?.skewMs ?? plan.skewsMs[service][index] ?? 0;
    const self = world.createProcess(name, service, skewMs);
    processes.set(name, self);
    world.tell(name, () => 'starts');
    void start[service](shop, self);
  };

  const placeOf = ({ name, service }: Process) =>
    [service as ServiceName, Number(name.slice(service.length + 1)) - 1] as const;

  const launchAgain = (process: Process): void => launch(...placeOf(process));

  /** Whoever died, for whatever reason: others are told, and it is started again. */
  world.onDeath((process) => {
    network.hangUp(process);
    log.leave();
    world.after(downMs ?? 50 + world.latency() * 300, 'start', () => {
      if (!processes.get(process.name)?.isAlive) launchAgain(process);
    });
  });

  const of = (service: ServiceName, index: number) => processes.get(`${service}-${index + 1}`) as Process;

  const crash = (crashing: readonly Process[], ms: number): void => {
    downMs = ms;
    for (const process of crashing) world.kill(process);
    downMs = undefined;
  };

  const befallings: { [Kind in Trouble['kind']]: (trouble: Extract<Trouble, { kind: Kind }>) => void } = {
    crash: ({ service, index, downMs }) => crash([of(service, index)], downMs),
    'crash of all': ({ downMs }) => crash([...processes.values()], downMs),
    pause({ service, index, ms }) {
      of(service, index).pausedUntil = world.now() + ms;
    },
    stall: ({ at, ms }) =>
      world.layAmbush({
        ...{ service: 'order', name: at, when: 'before' },
        strike(process) {
          world.tell(process.name, () => `! stands still before ${at} for ${ms} ms`);
          process.pausedUntil = world.now() + ms;
        },
      }),
    blackout: ({ at, downMs }) =>
      world.layAmbush({
        ...{ service: 'order', name: at, when: 'after' },
        strike: () =>
          crash(
            [...processes.values()].filter(({ service }) => service === 'order'),
            downMs,
          ),
      }),
    'clock jump'({ service, index, ms }) {
      of(service, index).skewMs += ms;
    },
    outage: ({ service, port, ms }) => world.chaos.breakDown(service, port, world.now() + ms),
    rebalance: ({ group }) => log.shake(group),
    rewind: ({ group, back }) => log.rewind(group, back),
    'late commands': ({ path, times }) => network.holdBack(path, times),
    'flush of locks': () => shop.locks.flush(),
  };

  const befall = (trouble: Trouble): void => {
    if (isHealed) return;
    count(world.coverage, `trouble: ${trouble.kind}`);
    world.tell('world', () => `! ${JSON.stringify(trouble)}`);
    befallings[trouble.kind](trouble as never);
  };

  return {
    startAll() {
      for (const service of serviceNames)
        for (let index = 0; index < plan.replicas[service]; index += 1) launch(service, index);
    },
    expect(troubles: readonly Trouble[]) {
      for (const trouble of troubles) world.after(trouble.atMs, 'trouble', () => befall(trouble));
    },
    /** Everybody is up, and goes on. */
    heal() {
      isHealed = true;
      for (const process of processes.values()) {
        process.pausedUntil = 0;
        if (!process.isAlive) launchAgain(process);
      }
    },
  };
};
