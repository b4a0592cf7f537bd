import type { Clock } from '@shop/platform/time/clock.ts';
import { serviceNames } from '../services.ts';
import { serverNames } from './context.ts';
import { askPart } from './health.ts';
import { memoryOf } from './memory.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import { processHandle } from './servers/process.ts';
import { type ProcessRecord, readState, type StackState } from './state.ts';

/** A process of the stack as it is now. */
export interface ProcessStatus {
  name: string;
  pid: number;
  port: number;
  /** `ready`, `dead`, or why it doesn't work. */
  health: string;
  uptimeSeconds: number;
  memoryMb: number;
  logFile: string;
}

export interface StackStatus {
  /** Undefined while it is starting, or after a start that was killed. */
  url: string | undefined;
  processes: ProcessStatus[];
  /** Whether every process works. */
  well: boolean;
}

const statusOf = async (
  record: ProcessRecord,
  state: StackState,
  secrets: Secrets,
  clock: Clock,
): Promise<ProcessStatus> => {
  const { name, replica, pid, port, since, logFile } = record;
  const several = state.processes.some((other) => other.name === name && other.replica > 1);
  const base = { name: several ? `${name} ${replica}` : name, pid, port, logFile };
  if (!(await processHandle(record).alive())) return { ...base, health: 'dead', uptimeSeconds: 0, memoryMb: 0 };
  const ask = () => askPart(name, port, state.plan, secrets);
  const [health, memoryMb] = await Promise.all([
    // Asked again: on a busy machine the time of the first may have gone into loading a client.
    ask()
      .catch(ask)
      .then(
        () => 'ready',
        (error: Error) => error.message,
      ),
    memoryOf(pid),
  ]);
  const uptimeSeconds = Math.max(0, Math.round((clock.now().getTime() - Date.parse(since)) / 1000));
  return { ...base, health, uptimeSeconds, memoryMb };
};

/** Servers, the edge, services; replicas in their order. */
const order: readonly string[] = [...serverNames, 'toxiproxy', 'edge', ...serviceNames];
const inOrder = (a: ProcessRecord, b: ProcessRecord): number =>
  order.indexOf(a.name) - order.indexOf(b.name) || a.replica - b.replica;

/** Looks at every process of the stack in `dir`; undefined when there is none. */
export const readStatus = async (dir: string, clock: Clock): Promise<StackStatus | undefined> => {
  const state = await readState(dir);
  if (!state || state.processes.length === 0) return undefined;
  const secrets = await readSecrets(dir);
  const processes = await Promise.all(
    state.processes.toSorted(inOrder).map((record) => statusOf(record, state, secrets, clock)),
  );
  return {
    url: state.url,
    processes,
    well: state.url !== undefined && processes.every(({ health }) => health === 'ready'),
  };
};
