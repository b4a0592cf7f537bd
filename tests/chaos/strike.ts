import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StackProcess } from '../../deploy/local/part.ts';
import type { Leash } from '../../deploy/local/servers/leash.ts';
import { type ProcessId, processHandle } from '../../deploy/local/servers/process.ts';
import type { Stack } from '../../deploy/local/stack.ts';
import { childrenOf } from './family.ts';
import { type Fault, type Target, touched } from './plan.ts';
import { toxiproxyAt } from './toxics.ts';

/** A fault that is under way. */
export interface Blow {
  /** Ends it: what died is being started again, what slept wakes up. Does not wait for anything to be ready. */
  end(): Promise<{ ready: Promise<void> }>;
}

export interface Striker {
  /** Has a fault begin. */
  strike(fault: Fault): Promise<Blow>;
  /** Whether a process is away on purpose. */
  isStruck(target: Target): boolean;
  /** Starts a process that is not alive, as often as it takes; rejects after the last attempt. */
  revive(target: Target): Promise<void>;
}

const ATTEMPTS = 4;
/** A disk without room, to whoever writes there. */
const FULL = '/dev/full';

export interface StrikerOptions {
  stack: Stack;
  /** The folder that services look for their clocks in. */
  clocks: string;
  leash: Leash;
  report: (sentence: string) => void;
}

/** What makes faults happen on a stack. */
export const createStriker = ({ stack, clocks, leash, report }: StrikerOptions): Striker => {
  const toxiproxy = toxiproxyAt(stack.process('toxiproxy').url);
  const struck = new Set<string>();
  const nameOf = ({ part, replica }: Target): string => `${part} ${replica}`;
  const processOf = ({ part, replica }: Target): StackProcess => stack.process(part, replica);

  const start = async (target: Target, logFile?: string): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await processOf(target).start({ logFile });
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        report(`${nameOf(target)} did not start, and is started again: ${(error as Error).message.split('\n')[0]}`);
        await pause(500);
      }
    }
  };

  const kill = async (target: Target): Promise<Blow> => {
    await processOf(target).kill();
    return { end: async () => ({ ready: start(target) }) };
  };

  /** PostgreSQL's backends work on without their parent, so they sleep with it. */
  const sleep = async (target: Target): Promise<Blow> => {
    const one = processOf(target);
    await one.pause();
    const children: ProcessId[] = target.part === 'postgres' && one.pid ? await childrenOf(one.pid) : [];
    for (const child of children) {
      leash.hold({ process: child });
      await processHandle(child).signal('SIGSTOP');
    }
    return {
      async end() {
        for (const child of children) await processHandle(child).signal('SIGCONT');
        await one.resume();
        return { ready: Promise.resolve() };
      },
    };
  };

  const fillDisk = async (target: Target): Promise<Blow> => {
    await processOf(target).kill();
    await start(target, FULL);
    return {
      async end() {
        await processOf(target).kill();
        return { ready: start(target) };
      },
    };
  };

  const moveClock = async (target: Target, byMs: number): Promise<Blow> => {
    const file = join(clocks, String(processOf(target).port));
    await writeFile(file, String(byMs));
    return {
      async end() {
        await rm(file);
        return { ready: Promise.resolve() };
      },
    };
  };

  const poison = async ({ services, server, toxic }: Fault & { kind: 'wire' }): Promise<Blow> => {
    await Promise.all(services.map((service) => toxiproxy.add(service, server, toxic)));
    return {
      async end() {
        await Promise.all(services.map((service) => toxiproxy.remove(service, server, toxic)));
        return { ready: Promise.resolve() };
      },
    };
  };

  const begin = (fault: Fault): Promise<Blow> => {
    if (fault.kind === 'wire') return poison(fault);
    if (fault.kind === 'clock') return moveClock(fault, fault.byMs);
    if (fault.kind === 'kill') return kill(fault);
    return fault.kind === 'pause' ? sleep(fault) : fillDisk(fault);
  };

  return {
    isStruck: (target) => struck.has(nameOf(target)),
    revive: (target) => start(target),
    async strike(fault) {
      const name = touched(fault);
      struck.add(name);
      const blow = await begin(fault);
      return {
        async end() {
          const { ready } = await blow.end();
          return { ready: ready.finally(() => struck.delete(name)) };
        },
      };
    },
  };
};
