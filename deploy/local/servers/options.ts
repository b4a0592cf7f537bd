import type { Clock } from '@shop/platform/time/clock.ts';
import type { Launched, ProcessId } from './process.ts';

/** Says in a sentence how a piece of work goes on. */
export type Report = (sentence: string) => void;

export interface ServerOptions {
  /** The server's folder, made when absent: its data, its settings, and its log unless `logFile` is given. */
  dir: string;
  /** The port on 127.0.0.1; unless given the one of the last start in this folder, if free, or any free one. */
  port?: number;
  logFile?: string;
  /** More of its environment, so that the process can be told among others. */
  env?: Record<string, string>;
  /** Told the process as soon as there is one, long before it is ready. */
  onStart?: (id: ProcessId) => void;
  report?: Report;
  clock?: Clock;
}

/** A server that is ready. Start it again with the same folder and port after it was killed. */
export interface Server extends Launched {
  port: number;
  /** Where clients find it, in the words of its own clients. */
  url: string;
}
