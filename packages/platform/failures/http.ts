import { textOf, type Verdict } from './traits.ts';

/** undici's codes for a peer that is gone, late, or answers what is no HTTP. */
const codes = new Set([
  'UND_ERR_ABORTED',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_DESTROYED',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_REQ_RETRY',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
]);

/** What an aborted signal throws: the deadline of a call passed, or its caller is about to end. */
const names = new Set(['AbortError', 'TimeoutError']);

/** What went wrong on the way of a call to another process. */
export const judgeHttp = (error: unknown): Verdict => {
  const code = textOf(error, 'code') ?? '';
  // The parser's own: answers that break off or are no HTTP.
  if (codes.has(code) || code.startsWith('HPE_')) return true;
  return names.has(textOf(error, 'name') ?? '') || undefined;
};
