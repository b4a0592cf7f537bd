import { renameSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '../services.ts';
import type { StackPlan } from './plan.ts';
import { StackFailed } from './servers/errors.ts';
import type { ProcessId } from './servers/process.ts';

export type ServerName = 'postgres' | 'mongo' | 'kafka' | 'redis';
export type PartName = ServerName | 'toxiproxy' | 'edge' | ServiceName;

/** A process of the stack, as it is written down. */
export interface ProcessRecord extends ProcessId {
  name: PartName;
  /** Counted from 1. */
  replica: number;
  port: number;
  metricsPort?: number;
  logFile: string;
  /** When it was started, ISO 8601. */
  since: string;
}

/** What `.local/stack.json` holds, so that other commands find the stack, also after the one that started it was killed. */
export interface StackState {
  /** Where the shop is, once it was open. */
  url?: string;
  plan: StackPlan;
  secretsFile: string;
  processes: ProcessRecord[];
}

export const stateFile = (dir: string): string => join(dir, 'stack.json');

/** @throws StackFailed when there is a file that can't be read as a state */
export const readState = async (dir: string): Promise<StackState | undefined> => {
  const path = stateFile(dir);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as StackState;
    if (!Array.isArray(state.processes) || !state.plan) throw new Error('something is missing in it');
    return state;
  } catch (error) {
    throw new StackFailed(`${path} can't be read (${(error as Error).message}); npm run stack:down mends that.`);
  }
};

/** Writes a state, in one step: whoever reads sees the old one or the new one. */
export const writeState = (dir: string, state: StackState): void => {
  const path = stateFile(dir);
  writeFileSync(`${path}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
};

/** Writes a process down in place of its predecessor; at once, so that a start that is killed next doesn't lose it. */
export const recordProcess = (dir: string, state: StackState, record: ProcessRecord): void => {
  const others = state.processes.filter(({ name, replica }) => name !== record.name || replica !== record.replica);
  state.processes = [...others, record];
  writeState(dir, state);
};

/** After the end: what is left is where everything was, for the next start. */
export const forgetProcesses = (dir: string, state: StackState): void => {
  state.processes = [];
  state.url = undefined;
  writeState(dir, state);
};

/** Removes a state that can't be read. */
export const removeState = (dir: string): Promise<void> => rm(stateFile(dir), { force: true });
