import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bookUrlsOf } from '../../apps/reconcile/running-stack.ts';
import type { BookUrls } from '../../apps/reconcile/stack.ts';
import { environmentOf } from '../../deploy/local/environment.ts';
import { oneOfEach, type Replicas } from '../../deploy/local/replicas.ts';
import { createLeash, type Leash } from '../../deploy/local/servers/leash.ts';
import { type Stack, startStack } from '../../deploy/local/stack.ts';

/** A stack of its own that faults can be done to. */
export interface Stage {
  stack: Stack;
  replicas: Replicas;
  leash: Leash;
  /** Where services look for what their clocks are off by. */
  clocks: string;
  /** Where each service keeps its books, past all proxies. */
  books: BookUrls;
  /** Ends the stack and removes its folder. */
  close(): Promise<void>;
}

/** The services whose replicas share work. */
const replicas: Replicas = { ...oneOfEach(), order: 2, inventory: 2 };

/** Starts it on free ports, with its data in a temporary folder; nothing of it outlives this process. */
export const openStage = async (report: (sentence: string) => void): Promise<Stage> => {
  const leash = createLeash();
  try {
    const dir = await mkdtemp(join(tmpdir(), 'shop-chaos-'));
    leash.hold({ folder: dir });
    const clocks = join(dir, 'clocks');
    await mkdir(clocks);
    const preload = join(import.meta.dirname, 'skewed-clock.fixture.ts');
    const stack = await startStack({
      dir,
      port: 0,
      freePorts: true,
      seed: false,
      detours: true,
      replicas,
      env: {
        RATE_LIMIT: 'off',
        LOG_LEVEL: 'warn',
        NODE_OPTIONS: `--import=${new URL(`file://${preload}`).href}`,
        CHAOS_CLOCKS: clocks,
      },
      report,
      onStart: (process, group) => leash.hold({ process, group }),
    });
    const { plan, secrets } = stack;
    const direct = { ...plan, detours: [] };
    return {
      stack,
      replicas,
      leash,
      clocks,
      books: bookUrlsOf({ environmentOf: (service) => environmentOf(direct, secrets, service) }),
      async close() {
        await stack.stop();
        await leash.end();
      },
    };
  } catch (error) {
    await leash.end();
    throw error;
  }
};
