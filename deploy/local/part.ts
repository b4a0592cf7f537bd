import type { Clock } from '@shop/platform/time/clock.ts';
import { StackFailed } from './servers/errors.ts';
import { type HandleOptions, type ProcessHandle, type ProcessId, processHandle } from './servers/process.ts';
import type { PartName, ProcessRecord } from './state.ts';

/** One process of the stack, by its name and replica, whatever its process id is today. */
export interface StackProcess {
  name: PartName;
  /** Counted from 1. */
  replica: number;
  port: number;
  metricsPort?: number;
  /** Where this process alone is reached, past the edge. */
  url: string;
  logFile: string;
  /** Today's process id; undefined before the first start. */
  readonly pid: number | undefined;
  alive(): Promise<boolean>;
  /**
   * Starts it, on its port and its data, and waits until it is ready. Does nothing while it is alive. What it prints goes
   * to `logFile`, for this once, if another one is given.
   */
  start(options?: { logFile?: string }): Promise<void>;
  /** Asks it to end, as an operator would, and kills it after `graceMs`. False when it had to be killed. */
  stop(graceMs?: number): Promise<boolean>;
  /** kill -9, then waits until it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: it does nothing more, its connections stay. */
  pause(): Promise<void>;
  /** SIGCONT */
  resume(): Promise<void>;
}

export interface PartOptions {
  name: PartName;
  replica: number;
  port: number;
  metricsPort?: number;
  url: string;
  logFile: string;
  /** How it is signalled. */
  signals?: HandleOptions;
  /** Starts the program; calls `onStart` as soon as there is a process. */
  launch: (onStart: (id: ProcessId) => void, logFile: string) => Promise<unknown>;
  /** Writes the process down. */
  record: (record: ProcessRecord) => void;
  /** The process that another command has started. */
  running?: ProcessId;
  clock: Clock;
}

export const createPart = (options: PartOptions): StackProcess => {
  const { name, replica, port, metricsPort, logFile, signals = {}, launch, record, running, clock } = options;
  let handle: ProcessHandle | undefined = running && processHandle(running, signals);
  const onStart = (id: ProcessId): void => {
    handle = processHandle(id, signals);
    record({ name, replica, ...id, port, metricsPort, logFile, since: clock.now().toISOString() });
  };
  const signal = async (which: NodeJS.Signals): Promise<void> => {
    if (!(await handle?.signal(which))) throw new StackFailed(`${name} ${replica} is not running.`);
  };
  const alive = async (): Promise<boolean> => (await handle?.alive()) ?? false;
  return {
    name,
    replica,
    port,
    metricsPort,
    url: options.url,
    logFile,
    get pid() {
      return handle?.pid;
    },
    alive,
    async start(once = {}) {
      if (!(await alive())) await launch(onStart, once.logFile ?? logFile);
    },
    stop: async (graceMs) => (await handle?.stop(graceMs)) ?? true,
    kill: async () => {
      await handle?.kill();
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  };
};
