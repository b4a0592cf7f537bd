import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, readdir, rename, stat } from 'node:fs/promises';
import { startOf } from '@shop/platform/postgres/server/processes.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { systemClock } from '@shop/platform/time/system.ts';
import { StackFailed } from './errors.ts';

/** One process for good: the id alone may belong to another one by tomorrow. */
export interface ProcessId {
  pid: number;
  /** When it started, as `startOf` tells it. */
  started: string;
}

/** A hold on a process, ours or one that another command started. Nothing is sent to whoever has its id later. */
export interface ProcessHandle extends ProcessId {
  alive(): Promise<boolean>;
  /** Sends a signal; false when the process is gone. */
  signal(name: NodeJS.Signals): Promise<boolean>;
  /** Asks it to end, and kills it after `graceMs` (10 s unless given). False when it had to be killed. */
  stop(graceMs?: number): Promise<boolean>;
  /** Kills it without a chance to do anything, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface HandleOptions {
  /** What asks this program to end in order; SIGTERM unless given. */
  endsOn?: NodeJS.Signals;
  /** Whether a kill or a pause takes the whole process group: children that would live, or work, on alone. */
  group?: boolean;
  clock?: Clock;
}

const killedWithinMs = 5_000;
/** What children would not hear of from their parent. */
const toAll = new Set<NodeJS.Signals>(['SIGKILL', 'SIGSTOP', 'SIGCONT']);

/** A killed process counts as ended when its first thread has, while others may hold its ports and locks yet. */
const hasThreadsLeft = async (pid: number): Promise<boolean> =>
  (await readdir(`/proc/${pid}/task`).catch(() => [])).length > 1;

/** A hold on the process that `id` names. */
export const processHandle = (id: ProcessId, options: HandleOptions = {}): ProcessHandle => {
  const { endsOn = 'SIGTERM', group = false, clock = systemClock } = options;
  const alive = async (): Promise<boolean> => {
    const started = await startOf(id.pid);
    return started === undefined ? hasThreadsLeft(id.pid) : started === id.started;
  };
  const send = (name: NodeJS.Signals): boolean => {
    try {
      process.kill(group && toAll.has(name) ? -id.pid : id.pid, name);
      return true;
    } catch {
      return false;
    }
  };
  const signal = async (name: NodeJS.Signals): Promise<boolean> => (await alive()) && send(name);
  const gone = async (withinMs: number): Promise<boolean> => {
    const deadline = clock.now().getTime() + withinMs;
    for (let pauseMs = 5; await alive(); pauseMs = Math.min(2 * pauseMs, 50)) {
      if (clock.now().getTime() > deadline) return false;
      await clock.sleep(pauseMs);
    }
    return true;
  };
  const kill = async (): Promise<void> => {
    await signal('SIGKILL');
    if (!(await gone(killedWithinMs))) throw new StackFailed(`Process ${id.pid} can't be killed.`);
  };
  return {
    ...id,
    alive,
    signal,
    async stop(graceMs = 10_000) {
      await signal(endsOn);
      // One that was paused would not hear of it.
      await signal('SIGCONT');
      if (await gone(graceMs)) return true;
      await kill();
      return false;
    },
    kill,
  };
};

export interface Launch extends HandleOptions {
  /** What it is called in messages. */
  name: string;
  file: string;
  args: readonly string[];
  cwd: string;
  /** Its whole environment but PATH. */
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  /** Where what it prints goes; appended to. */
  logFile: string;
  /** Told the process at once, before anybody waits for it to be ready. */
  onStart?: (id: ProcessId) => void;
}

/** A process that we started, and where it logs. */
export interface Launched extends ProcessHandle {
  name: string;
  logFile: string;
  /** How long the log was when it started. */
  logFrom: number;
}

const longestLogBytes = 20 * 1024 * 1024;

/** Puts a long log aside, as `….1`, so that two of them are the most there ever is after a start. */
const startLog = async (logFile: string): Promise<number> => {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }));
  if (size < longestLogBytes) return size;
  await rename(logFile, `${logFile}.1`);
  return 0;
};

/**
 * Starts a program in a session of its own: Ctrl-C on the terminal doesn't reach it, and it lives on when we end.
 * @throws StackFailed when it can't be started at all
 */
export const launch = async (options: Launch): Promise<Launched> => {
  const { name, file, args, cwd, env = {}, uid, gid, logFile, onStart } = options;
  const logFrom = await startLog(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(file, args, {
    cwd,
    uid,
    gid,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const failure = new Promise<Error>((resolve) => child.once('error', resolve));
  const { pid } = child;
  if (pid === undefined) throw new StackFailed(`${name} can't be started: ${(await failure).message}.`);
  child.unref();
  const id = { pid, started: (await startOf(pid)) ?? 'gone' };
  onStart?.(id);
  return { ...processHandle(id, options), name, logFile, logFrom };
};

const tailBytes = 3_000;
const tailLines = 15;

/** The last lines that a process has logged since its start. */
export const tailOf = async ({ logFile, logFrom }: Pick<Launched, 'logFile' | 'logFrom'>): Promise<string> => {
  const file = await open(logFile).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(logFrom, size - tailBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
    // Where the beginning was cut off, half a line says nothing.
    if (from > logFrom && lines.length > 1) lines.shift();
    return lines.slice(-tailLines).join('\n');
  } finally {
    await file.close();
  }
};

export interface Readiness {
  /** Asks once; resolves when it is ready and rejects when it isn't. */
  probe: () => Promise<unknown>;
  withinMs: number;
  clock?: Clock;
}

/**
 * Waits until `probe` succeeds. A process that isn't ready in time is killed.
 * @throws StackFailed with the end of its log when it ended or was not ready in time
 */
export const untilReady = async (launched: Launched, readiness: Readiness): Promise<void> => {
  const { probe, withinMs, clock = systemClock } = readiness;
  const { name, logFile } = launched;
  const deadline = clock.now().getTime() + withinMs;
  const fail = async (what: string): Promise<never> => {
    const said = await tailOf(launched);
    throw new StackFailed(`${name} ${what}; its log is ${logFile}${said && `, and ends with:\n${said}`}`);
  };
  for (;;) {
    const failure = await probe().then(
      () => undefined,
      (error: Error) => error,
    );
    if (!failure) return;
    if (!(await launched.alive())) await fail('did not start');
    if (clock.now().getTime() > deadline) {
      await launched.kill();
      await fail(`was not ready within ${withinMs / 1000} s (${failure.message})`);
    }
    await clock.sleep(30);
  }
};
