import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { StackFailed } from './errors.ts';

/** Also where systems keep programs that users seldom call. */
const usualFolders = (): string[] => [
  ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

const runs = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The full path of a program. */
export const findProgram = async (name: string, folders = usualFolders()): Promise<string | undefined> => {
  for (const folder of folders) if (await runs(join(folder, name))) return join(folder, name);
  return undefined;
};

export interface Tool {
  file: string;
  args: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /** It is killed after so long; 10 minutes unless given. */
  timeoutMs?: number;
}

const linesKept = 12;

/**
 * Runs a program to its end and passes on each line that it prints.
 * @throws StackFailed with the last that it printed, when it failed
 */
export const runTool = async ({ file, args, cwd, env, onLine, timeoutMs = 600_000 }: Tool): Promise<void> => {
  const last: string[] = [];
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      last.push(line);
      if (last.length > linesKept) last.shift();
      onLine?.(line);
    });
  }
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  if (how !== 'exit code 0') throw new StackFailed(`${file} ${args[0] ?? ''} failed (${how}):\n${last.join('\n')}`);
};
