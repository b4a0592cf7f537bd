import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';
import { systemClock } from '../time/system.ts';

/** A reader of the pipe that is slow gets so long to read on. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 5;

const sleeping = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of `bytes`; throws what keeps it from that. */
const writeAll = (fd: number, bytes: Uint8Array): void => {
  let waitedMs = 0;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || waitedMs >= PATIENCE_MS) throw error;
      Atomics.wait(sleeping, 0, 0, PAUSE_MS);
      waitedMs += PAUSE_MS;
    }
  }
};

/**
 * Where a process logs, line by line, each written when `write` returns. A line that can't be written, on a full disk or
 * to nobody, is lost: a service that can't log goes on. The next line that can be written comes after one that says how
 * many were lost and why. (Pino's own destination throws at the first, and at the process's end tries without end.)
 */
export const standardOutput = (name: string, fd = 1): DestinationStream => {
  let lost = 0;
  let reason = '';
  const confession = () => {
    const msg = `${lost} lines of this log could not be written: ${reason}`;
    const line = JSON.stringify({ level: 40, time: systemClock.now().getTime(), name, lost, msg });
    // On a line of its own, also where half of a lost one was written.
    return `\n${line}\n`;
  };
  return {
    write(line) {
      try {
        writeAll(fd, Buffer.from(lost > 0 ? confession() + line : line));
        lost = 0;
      } catch (error) {
        lost += 1;
        reason = (error as NodeJS.ErrnoException).code ?? String(error);
      }
    },
  };
};
