import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '../../deploy/local/stack.ts';
import type { Striker } from './strike.ts';

const LOOK_MS = 500;

export interface Guard {
  /** What died without being killed, in sentences. */
  deaths: string[];
  stop(): Promise<void>;
}

/** Sees to it that nothing dies that was not killed, and starts it again when it has. */
export const guardProcesses = (stack: Stack, striker: Striker, report: (sentence: string) => void): Guard => {
  const deaths: string[] = [];
  let going = true;
  const look = async (): Promise<void> => {
    while (going) {
      for (const process of stack.processes) {
        const target = { part: process.name, replica: process.replica };
        const { pid } = process;
        if (striker.isStruck(target) || (await process.alive())) continue;
        // It may have been struck while we looked, and be on its way back.
        if (striker.isStruck(target) || process.pid !== pid || !going) continue;
        deaths.push(`${target.part} ${target.replica} ended by itself; its log is ${process.logFile}`);
        report(deaths.at(-1) ?? '');
        await striker.revive(target).catch((error: Error) => report(error.message));
      }
      await pause(LOOK_MS);
    }
  };
  const looking = look();
  return {
    deaths,
    async stop() {
      going = false;
      await looking;
    },
  };
};
