import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type ProcessId, processHandle } from './process.ts';

/**
 * Holds processes that must not outlive another one: reads from standard input, a JSON line each, what to end, and ends
 * it when the input does, which it also does when whoever holds the other end is killed. See leash.ts.
 */
export type Held = { process: ProcessId; group?: boolean } | { folder: string };

const held: Held[] = [];

for await (const line of createInterface({ input: process.stdin })) held.push(JSON.parse(line));

const end = async (item: Held): Promise<void> => {
  if ('process' in item) await processHandle(item.process, { group: item.group }).kill();
};
await Promise.allSettled(held.map(end));

for (const item of held) if ('folder' in item) await rm(item.folder, { recursive: true, force: true, maxRetries: 5 });
