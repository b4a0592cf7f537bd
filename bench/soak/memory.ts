import { memoryOf } from '../../deploy/local/memory.ts';
import type { StackProcess } from '../../deploy/local/part.ts';

/** What a process takes, in MB. */
export interface Memory {
  name: string;
  mb: number;
}

/** The resident memory of each process of a stack with its children; what processes share is divided among them. */
export const readMemory = async (processes: readonly StackProcess[]): Promise<Memory[]> => {
  const read = processes.map(async ({ name, pid }) => (pid === undefined ? [] : [{ name, mb: await memoryOf(pid) }]));
  return (await Promise.all(read)).flat();
};
