import { memoryOf } from '../../deploy/local/memory.ts';
import type { StackProcess } from '../../deploy/local/part.ts';

/** What a process takes now, in MB. */
export interface Memory {
  name: string;
  /** Resident, with its children; what processes share is divided among them. */
  mb: number;
  /** Of the heap of a service, the part in use, what could be swept included. */
  heapMb?: number;
}

const heapIn = (metrics: string): number | undefined => {
  const [, bytes] = /^nodejs_heap_size_used_bytes(?:\{.*\})? (\S+)$/m.exec(metrics) ?? [];
  return bytes === undefined ? undefined : Number(bytes) / 1024 ** 2;
};

const heapOf = async (metricsPort: number): Promise<number | undefined> =>
  heapIn(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());

/** Reads the memory of each process of a stack; those that are not running are left out. */
export const readMemory = async (processes: readonly StackProcess[]): Promise<Memory[]> => {
  const read = processes.map(async ({ name, pid, metricsPort }): Promise<Memory[]> => {
    if (pid === undefined) return [];
    const heapMb = metricsPort === undefined ? undefined : await heapOf(metricsPort).catch(() => undefined);
    return [{ name, mb: await memoryOf(pid), heapMb }];
  });
  return (await Promise.all(read)).flat();
};
