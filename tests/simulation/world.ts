import type { Logger } from '@shop/platform/telemetry/logger.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { createAgenda, type Entry } from './agenda.ts';
import type { Chaos } from './chaos.ts';
import { createRandom } from './random.ts';
import { brief, briefly, hasNoOrder, isAsking, isIdle, loggerOf, sorted } from './trace.ts';

/**
 * One process of a service. Whatever it waits for, a port's answer, a message or the time, comes from the world; once
 * it is dead nothing comes any more, so its code ends where it stands.
 */
export interface Process {
  readonly name: string;
  readonly service: string;
  isAlive: boolean;
  /** Stopped until then, in the world's time; what was to reach it waits. */
  pausedUntil: number;
  /** How far its clock is off. */
  skewMs: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** What lies in wait for the next call of a port, or the next command, of this name by a process of `service`. */
export interface Ambush {
  service: string;
  /** Of a port and its method, as `store.pivot`, or the path of a command. */
  name: string;
  /** Just before it is sent, or, for ports, just when it takes effect. */
  when: 'before' | 'after';
  strike(process: Process): void;
}

export interface World {
  /** Milliseconds since the beginning of the history. */
  now(): number;
  /** The true time, which databases judge leases by. */
  readonly clock: Clock;
  /** Ids for what stores write. */
  readonly storeIds: Ids;
  readonly chaos: Chaos;
  readonly coverage: Coverage;
  createProcess(name: string, service: string, skewMs: number): Process;
  /** Something that happens whoever lives. */
  after(ms: number, label: string, run: () => void): Entry;
  /** Something that reaches a process, if it still lives then; a stopped one later. */
  reach(process: Process, ms: number, label: string, run: () => void): Entry;
  /** A call through a port: it takes effect at a moment of its own, and is answered at another. */
  call<T>(process: Process, label: string, run: () => Promise<T>, args?: readonly unknown[]): Promise<T>;
  /** A port whose every method is such a call. */
  port<Port extends object>(process: Process, name: string, target: Port): Port;
  /** Sends something now, or, where it was stopped just before it, when it goes on. */
  send(process: Process, name: string, go: (ambush: Ambush | undefined) => void): void;
  layAmbush(ambush: Ambush): void;
  kill(process: Process): void;
  /** Who is told of every death, just after it. */
  onDeath(listener: (process: Process) => void): void;
  latency(): number;
  /** Ends the history, with what went wrong. */
  fail(error: unknown): void;
  /** Writes a line of the trace; the line is made only where there is one. */
  tell(who: string, line: () => string): void;
  /** Lets things happen, one at a time, until `isOver` says so after one of them. @throws what a check throws. */
  run(isOver: () => boolean | Promise<boolean>): Promise<void>;
  /** The same for the same history, whatever it was run on. */
  fingerprint(): string;
  /** How many things have happened, and how many ports were called. */
  steps(): number;
  calls(): number;
}

/** How often what has happened in a history, by its name. */
export type Coverage = Map<string, number>;

export const count = (coverage: Coverage, what: string, times = 1): void => {
  coverage.set(what, (coverage.get(what) ?? 0) + times);
};

export interface WorldOptions {
  seed: number;
  chaos: Chaos;
  /** Receives the trace. */
  onLine?: (line: string) => void;
  /** Called after each effect of a port. */
  onEffect: (service: string, label: string) => void;
  /** Where stores are real: their calls take real time, which is waited for. */
  isReal: boolean;
}

/** When every history begins. */
const EPOCH = Date.parse('2026-01-01T00:00:00.000Z');
/** A history that takes more steps than this runs in a circle. */
const MOST_STEPS = 400_000;

/** A server, or the way to it, failed; what was asked of it may have been done. */
export const brokenConnection = (what: string): Error =>
  Object.assign(new Error(`${what}: the connection broke`), { code: 'ECONNRESET' });

/** Resolves when no promise of this moment has anything left to run: ticks come after all microtasks. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });

/** Ids that count; `kind` tells those of stores from those of services. */
const countingIds = (kind: string, fraction: () => number): Ids => {
  let made = 0;
  return {
    uuid() {
      made += 1;
      return `01900000-0000-7000-${kind}000-${made.toString(16).padStart(12, '0')}`;
    },
    secret: (bytes) => 'A'.repeat(Math.ceil((bytes * 4) / 3)),
    fraction,
  };
};

export const createWorld = ({ seed, chaos, onLine, onEffect, isReal }: WorldOptions): World => {
  const agenda = createAgenda();
  const turns = createRandom(seed, 'turns');
  const speeds = createRandom(seed, 'speeds');
  const serviceIds = countingIds('8', () => 0);
  const coverage: Coverage = new Map();
  const labels = new Map<string, number>();
  const patience = 0.4 + speeds.fraction() * 3;
  let time = 0;
  let steps = 0;
  let calls = 0;
  let hash = 0x811c9dc5;
  /** The call under way; in memory it is one step, so nothing else comes in between. */
  let unfinished: string | undefined;
  let effect: Promise<unknown> | undefined;
  let failure: { error: unknown } | undefined;

  const mourners: ((process: Process) => void)[] = [];
  const ambushes: Ambush[] = [];

  const mark = (label: string): void => {
    let id = labels.get(label);
    if (id === undefined) {
      id = labels.size + 1;
      labels.set(label, id);
    }
    hash = Math.imul(hash ^ id, 0x01000193);
    hash = Math.imul(hash ^ (time * 64), 0x01000193);
  };

  const add = (ms: number, run: () => void): Entry => agenda.add(time + ms, turns.below(0x100000000), run);

  const tell: World['tell'] = (who, line) => {
    if (onLine) onLine(`${(time / 1000).toFixed(4).padStart(9)}  ${who.padEnd(12)} ${line()}`);
  };

  /** Most answers come soon, some are slow, few very slow. */
  const latency = (): number => {
    const draw = speeds.fraction();
    if (draw < 0.8) return draw * patience;
    if (draw < 0.97) return 1 + (draw - 0.8) * 60 * patience;
    return draw < 0.997 ? 10 + (draw - 0.97) * 4_000 * patience : 100 + (draw - 0.997) * 300_000 * patience;
  };

  const reach: World['reach'] = (process, ms, label, run) => {
    const entry = add(ms, () => {
      if (!process.isAlive) return;
      if (process.pausedUntil > time) return agenda.again(entry, process.pausedUntil);
      mark(label);
      run();
    });
    return entry;
  };

  const kill = (process: Process): void => {
    if (!process.isAlive) return;
    process.isAlive = false;
    count(coverage, `crash of ${process.service}`);
    tell(process.name, () => '† dies');
    for (const listener of mourners) listener(process);
  };

  const ambushOf = ({ service }: Process, name: string): Ambush | undefined => {
    if (chaos.isStopped()) return undefined;
    const place = ambushes.findIndex((one) => one.service === service && one.name === name);
    return place < 0 ? undefined : ambushes.splice(place, 1)[0];
  };

  const send: World['send'] = (process, name, go) => {
    const ambush = ambushes.length > 0 ? ambushOf(process, name) : undefined;
    if (ambush) count(coverage, `ambush: ${name}`);
    if (ambush?.when === 'before') ambush.strike(process);
    if (process.pausedUntil > time) reach(process, 0, name, () => go(undefined));
    else go(ambush);
  };

  const call: World['call'] = <T>(
    process: Process,
    label: string,
    run: () => Promise<T>,
    args: readonly unknown[] = [],
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (!process.isAlive) return;
      calls += 1;
      const dealt = chaos.ofCall(process.service, label, time);
      /** An answer comes at once, or later; its process may have died meanwhile. */
      const answer = (ms: number, give: () => void) => {
        if (ms === 0 && process.isAlive && process.pausedUntil <= time) give();
        else reach(process, ms, label, give);
      };
      const takeEffect = (ambush: Ambush | undefined) => {
        // What a dying process has sent may still arrive.
        if (!process.isAlive && chaos.isLostWithProcess()) return;
        mark(label);
        const fault = chaos.isStopped() ? undefined : dealt;
        if (fault) {
          count(coverage, `port: ${fault.kind}`);
          tell(process.name, () => `! ${label}: ${fault.kind}`);
          if (fault.kind === 'refused') return answer(0, () => reject(brokenConnection(label)));
          if (fault.kind === 'crash before') return kill(process);
          if (fault.kind === 'crash after') kill(process);
        }
        if (ambush?.when === 'after') ambush.strike(process);
        const delay = speeds.chance(0.3) ? latency() : 0;
        const done = (mark: '→' | '⇒', value: unknown, give: () => void) => {
          unfinished = undefined;
          if (isAsking.test(label) && !isIdle(label, value)) count(coverage, `holds of ${process.service} ask`);
          if (onLine && !isIdle(label, value))
            tell(
              process.name,
              () => `${label}(${briefly(args)}) ${mark} ${brief(hasNoOrder.test(label) ? sorted(value) : value)}`,
            );
          if (fault?.kind === 'answer lost') answer(fault.ms, () => reject(brokenConnection(label)));
          else answer(delay, give);
          try {
            onEffect(process.service, label);
          } catch (error) {
            failure ??= { error };
          }
        };
        unfinished = label;
        effect = run().then(
          (value) => done('→', value, () => resolve(value)),
          (error) => done('⇒', error, () => reject(error)),
        );
      };
      send(process, label, (ambush) => add(latency(), () => takeEffect(ambush)));
    });

  const createProcess: World['createProcess'] = (name, service, skewMs) => {
    const jitter = createRandom(seed, `jitter of ${name} ${time}`);
    const sleep: Clock['sleep'] = (ms, signal) =>
      new Promise((resolve) => {
        if (!self.isAlive) return;
        if (ms <= 0 || signal?.aborted) return resolve();
        const entry = reach(self, ms, name, () => {
          signal?.removeEventListener('abort', wake);
          resolve();
        });
        const wake = () => {
          entry.run = undefined;
          resolve();
        };
        signal?.addEventListener('abort', wake, { once: true });
      });
    const self: Process = {
      name,
      service,
      isAlive: true,
      pausedUntil: 0,
      skewMs,
      clock: { now: () => new Date(EPOCH + Math.floor(time) + self.skewMs), sleep },
      ids: { ...serviceIds, fraction: jitter.fraction },
      logger: loggerOf((line) => tell(name, line), onLine !== undefined),
    };
    return self;
  };

  return {
    now: () => time,
    clock: {
      now: () => new Date(EPOCH + Math.floor(time)),
      sleep: () => Promise.reject(new Error('servers do not sleep')),
    },
    storeIds: countingIds('9', () => 0),
    chaos,
    coverage,
    createProcess,
    after: (ms, label, run) =>
      add(ms, () => {
        mark(label);
        run();
      }),
    reach,
    call,
    port: (process, name, target) => portOf((label, run, args) => call(process, label, run, args), name, target),
    send,
    layAmbush(ambush) {
      ambushes.push(ambush);
    },
    kill,
    onDeath(listener) {
      mourners.push(listener);
    },
    latency,
    fail(error) {
      failure ??= { error };
    },
    tell,
    async run(isOver) {
      for (;;) {
        await settled();
        if (unfinished) throw new Error(`${unfinished} is not one step in memory`);
        if (failure) throw failure.error;
        if (await isOver()) return;
        const entry = agenda.next();
        if (!entry) return;
        time = Math.max(time, entry.at);
        steps += 1;
        if (steps > MOST_STEPS) throw new Error(`The history does not end: ${steps} steps in ${time} ms`);
        effect = undefined;
        entry.run?.();
        if (isReal && effect) await effect;
      }
    },
    fingerprint: () => (hash >>> 0).toString(16).padStart(8, '0'),
    steps: () => steps,
    calls: () => calls,
  };
};

const portOf = <Port extends object>(
  call: (label: string, run: () => Promise<unknown>, args: readonly unknown[]) => Promise<unknown>,
  name: string,
  target: Port,
): Port => {
  const wrapped: Record<string, unknown> = {};
  for (const [method, value] of Object.entries(target)) {
    const label = `${name}.${method}`;
    if (typeof value === 'function')
      wrapped[method] = (...args: unknown[]) => call(label, () => value.apply(target, args), args);
    else wrapped[method] = value;
  }
  return wrapped as Port;
};
