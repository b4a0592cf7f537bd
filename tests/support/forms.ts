import type { ChildProcess } from 'node:child_process';
import type { EventType } from '@shop/contracts/events.ts';
import type { DatabaseName } from '../../apps/embedded/databases.ts';
import type { Books } from '../../apps/reconcile/books.ts';
import type { Replicas } from '../../deploy/local/replicas.ts';

/** A running shop: one process, or one for each service. */
export interface Shop {
  url: string;
  dataDir: string;
  /** Of the embedded form. */
  process: ChildProcess;
  /** What the services have written down. */
  books(): Promise<Books>;
  /** Runs one statement on the PostgreSQL database of a service. */
  query<Row>(database: DatabaseName, text: string): Promise<Row[]>;
  /** Has the service that an event's topic is named after say it, whatever it says. */
  say(event: { type: EventType; key: string; data: object }): Promise<void>;
  /** Everything that it has printed. */
  output: () => string;
  /** kill -9, then waits for its end. */
  kill(): Promise<void>;
  /** Ctrl-C, then its exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  dataDir?: string;
  env?: Record<string, string>;
  /** How many processes a service has, one unless given; in the embedded form it is always the same one. */
  replicas?: Partial<Replicas>;
  /** Called with the process before its first line has run. */
  spawned?: (child: ChildProcess) => void;
}
