import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { StackProcess } from '../../deploy/local/part.ts';
import type { Memory } from './memory.ts';

/** The environment of a service whose inspector can be opened: on a port that is free. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=0' };

/** Opening and answering wait for the process, which may be busy. */
const patienceMs = 30_000;

/** Opens the inspector of a process; where it listens stands in its log. Opening it again does nothing. */
const inspectorOf = async (pid: number, logFile: string): Promise<string> => {
  process.kill(pid, 'SIGUSR1');
  for (let waited = 0; waited < patienceMs; waited += 100) {
    const said = [...(await readFile(logFile, 'utf8')).matchAll(/^Debugger listening on (ws:\S+)$/gm)].at(-1);
    if (said?.[1]) return said[1];
    await pause(100);
  }
  throw new Error(`process ${pid} did not open its inspector`);
};

/** Has a process sweep its heap, and answers what is left in use, in MB. */
const heapAfterSweep = async (url: string): Promise<number> => {
  const socket = new WebSocket(url);
  const answers = new Map<number, PromiseWithResolvers<{ usedSize: number }>>();
  const ask = (method: string): Promise<{ usedSize: number }> => {
    const [id, answer] = [answers.size + 1, Promise.withResolvers<{ usedSize: number }>()];
    answers.set(id, answer);
    socket.send(JSON.stringify({ id, method }));
    return answer.promise;
  };
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result: { usedSize: number } };
    if (id !== undefined) answers.get(id)?.resolve(result);
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    for (const end of ['error', 'close'])
      socket.addEventListener(end, () => {
        const gone = new Error(`the inspector at ${url} does not answer`);
        reject(gone);
        for (const answer of answers.values()) answer.reject(gone);
      });
  });
  try {
    await ask('HeapProfiler.collectGarbage');
    const { usedSize } = await ask('Runtime.getHeapUsage');
    return usedSize / 1024 ** 2;
  } finally {
    socket.close();
  }
};

/** What each service of a stack has in use on its heap when that has just been swept; the others have none. */
export const readHeaps = async (processes: readonly StackProcess[]): Promise<Memory[]> => {
  const heaps: Memory[] = [];
  for (const { name, pid, metricsPort, logFile } of processes)
    if (pid !== undefined && metricsPort !== undefined)
      heaps.push({ name, mb: await heapAfterSweep(await inspectorOf(pid, logFile)) });
  return heaps;
};
