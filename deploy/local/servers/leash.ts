import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Held } from './leash.main.ts';

/** What must not outlive this process, however that ends. */
export interface Leash {
  hold(item: Held): void;
  /** Kills what is held, removes the folders, and resolves when all is gone. */
  end(): Promise<void>;
}

/**
 * Puts disposable servers on a leash: a small process of its own that kills them, and removes their folders, as soon as
 * this process has ended. For tests; what is killed gets no chance to save anything.
 */
export const createLeash = (): Leash => {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'leash.main.ts')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // Ctrl-C is meant for us.
    detached: true,
  });
  const ended = once(keeper, 'exit');
  return {
    hold: (item) => {
      keeper.stdin.write(`${JSON.stringify(item)}\n`);
    },
    async end() {
      keeper.stdin.end();
      await ended;
    },
  };
};
