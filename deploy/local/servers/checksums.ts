import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { StackFailed } from './errors.ts';

/** The SHA-256 of a file, in hexadecimal. */
export const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

/** Reads a list as `sha256sum` writes it: name → checksum. */
export const readChecksums = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => line.split(/\s+/))
      .map(([sum = '', name = '']) => [name, sum]),
  );

/** @throws StackFailed when the file is not the one that we know */
export const verify = async (path: string, expected: string, what: string): Promise<void> => {
  const found = await sha256(path);
  if (found !== expected)
    throw new StackFailed(
      `${what} is not the file we know: its SHA-256 is ${found} instead of ${expected}. It was not kept.`,
    );
};
