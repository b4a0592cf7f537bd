import { endInOrder } from './end.ts';
import { StackFailed } from './servers/errors.ts';
import type { Report } from './servers/options.ts';
import { processHandle } from './servers/process.ts';
import { signalsOf } from './signals.ts';
import { forgetProcesses, readState, removeState } from './state.ts';
import { findMarked } from './strays.ts';

/** The processes of the stack in `dir` that are alive: those written down, and those that nobody could write down. */
export const findAlive = async (dir: string) => {
  // A state that can't be read leaves the marks to go by.
  const state = await readState(dir).catch((error: StackFailed) => {
    if (error instanceof StackFailed) return undefined;
    throw error;
  });
  const records = state?.processes ?? [];
  const marked = (await findMarked(dir)).filter(({ pid }) => !records.some((record) => record.pid === pid));
  const all = [
    ...records.map((record) => ({ ...processHandle(record, signalsOf(record.name)), name: record.name })),
    ...marked.map((one) => ({ ...processHandle(one, signalsOf(one.name)), name: one.name })),
  ];
  const alive = await Promise.all(all.map((process) => process.alive()));
  return { state, alive: all.filter((_process, index) => alive[index]) };
};

/**
 * Ends every process of the stack in `dir`, whoever started it and whether or not that still lives; its data stay.
 * Answers how many there were.
 */
export const endStack = async (dir: string, report: Report): Promise<number> => {
  const { state, alive } = await findAlive(dir);
  const killed = await endInOrder(alive);
  if (killed.length > 0) report(`had to be killed, since they did not end in time: ${killed.join(', ')}`);
  if (state) forgetProcesses(dir, state);
  else await removeState(dir);
  return alive.length;
};
