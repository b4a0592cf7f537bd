import type { ChildProcess } from 'node:child_process';
import type { CrashOrder, CrashReport } from '../../apps/embedded/crash-points.ts';
import { freePort } from '../../deploy/local/servers/ports.ts';
import { admin, type Client } from '../support/client.ts';
import { removeFolder, type Shop, startShop, temporaryFolder } from '../support/shop.ts';

/** A shop on a data folder and port of its own that can be killed at a point of its code, and started again. */
export interface Stand {
  shop: Shop;
  seller: Client;
  /** The same after each start, so that a client may send again what was cut off. */
  url: string;
  /** Starts the shop, with an order that it has before its first line has run; it may die of that. */
  start(order?: CrashOrder): Promise<void>;
  /** Gives the running shop an order; resolves when it has understood it, or has died. */
  order(order: CrashOrder): Promise<void>;
  /** Whether it was killed, if need be a second from now. */
  died(): Promise<boolean>;
  /** The points that were passed since the shop was told to list them. */
  points: string[];
  /** Every method that has a point before and after it. */
  methods: Set<string>;
  close(): Promise<void>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens a stand on a new data folder; `order` is about its first start. */
export const openStand = async (options: { env?: Record<string, string>; order?: CrashOrder } = {}): Promise<Stand> => {
  const dataDir = temporaryFolder();
  const env = { CRASH_POINTS: 'on', PORT: String(await freePort()), ...options.env };
  let child: ChildProcess;
  let renewAt = 0;

  const give = (order: CrashOrder) => {
    if ('list' in order) stand.points = [];
    // One that is dead tells so by its exit.
    child.send(order, () => {});
  };
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  const stand: Stand = {
    shop: {} as Shop,
    seller: {} as Client,
    url: `http://127.0.0.1:${env.PORT}`,
    points: [],
    methods: new Set(),
    async start(order) {
      const spawned = (started: ChildProcess) => {
        child = started;
        child.on('message', (report: CrashReport) => {
          if ('point' in report) stand.points.push(report.point);
          else for (const method of report.methods) stand.methods.add(method);
        });
        if (order) give(order);
      };
      try {
        stand.shop = await startShop({ dataDir, env, spawned });
        // Its token outlives restarts, but not the whole of the tests.
        if (performance.now() > renewAt) {
          stand.seller = await admin(stand.url);
          renewAt = performance.now() + 600_000;
        }
      } catch (error) {
        if (!(order && 'dieAt' in order && (await stand.died()))) throw error;
      }
    },
    order: (order) =>
      new Promise((resolve) => {
        const understood = (report: CrashReport) => {
          if (!('understood' in report)) return;
          child.off('message', understood);
          resolve();
        };
        child.on('message', understood);
        child.once('exit', () => resolve());
        if (hasEnded()) resolve();
        else give(order);
      }),
    async died() {
      for (let waited = 0; waited < 1000 && !hasEnded(); waited += 25) await pause(25);
      return child.signalCode === 'SIGKILL';
    },
    async close() {
      await stand.shop.kill?.();
      removeFolder(dataDir);
    },
  };
  await stand.start(options.order);
  return stand;
};
