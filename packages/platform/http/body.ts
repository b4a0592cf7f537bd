import { Problem } from '@shop/contracts/problems.ts';
import type { Request } from 'express';

/** The largest body, where its route doesn't say otherwise. */
export const defaultMaxBodyBytes = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether the request announces a body; a length of zero is none. */
const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

const assertType = (request: Request, type: string): void => {
  const [sent = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const readable = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (sent.trim() === type && readable && encoding === 'identity') return;
  throw new Problem('UNSUPPORTED_MEDIA_TYPE', { detail: `Send the body as ${type} in UTF-8, uncompressed.` });
};

/**
 * Collects at most `maxBytes`. What is too large is refused at once; Node reads and drops the rest, so that the client
 * gets to see the answer instead of a broken connection.
 */
const collect = (request: Request, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const tooLarge = () => {
      request.off('data', take);
      request.resume();
      reject(new Problem('BODY_TOO_LARGE', { detail: `The body may have at most ${maxBytes} bytes.` }));
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return tooLarge();
      chunks.push(chunk);
    };
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge();
    // Every request closes in the end; only one that closes before its body is whole was given up.
    const hungUp = () => reject(new Problem('MALFORMED_JSON', { detail: 'The body ended early.' }));
    request.on('data', take);
    request.once('error', hungUp);
    request.once('close', hungUp);
    request.once('end', () => {
      request.off('close', hungUp);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    if (request.destroyed) hungUp();
  });

/**
 * The text of the body, or undefined when there is none.
 * @throws Problem UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE, and for what is not UTF-8 MALFORMED_JSON, or VALIDATION_FAILED
 * where no JSON was asked for.
 */
export const readText = async (request: Request, type: string, maxBytes: number): Promise<string | undefined> => {
  if (!hasBody(request)) return undefined;
  assertType(request, type);
  const bytes = await collect(request, maxBytes);
  if (bytes.length === 0) return undefined;
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    const detail = 'The body is not UTF-8.';
    throw new Problem(type === 'application/json' ? 'MALFORMED_JSON' : 'VALIDATION_FAILED', { detail }, { cause });
  }
};

/**
 * The JSON of the body, or undefined when there is none.
 * @throws Problem as `readText`, and MALFORMED_JSON.
 */
export const readJson = async (request: Request, maxBytes: number): Promise<unknown> => {
  const text = await readText(request, 'application/json', maxBytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('MALFORMED_JSON', {}, { cause });
  }
};
