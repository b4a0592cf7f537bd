import { textOf, type Verdict } from './traits.ts';

const names = new Set(['MaxRetriesPerRequestError', 'ClusterAllFailedError']);

/** Errors that ioredis makes without a code or a name of their own. */
const messages = [
  'Connection is closed.',
  'Command timed out',
  "Stream isn't writeable and enableOfflineQueue options is false",
  'Socket timeout.',
];

/** First words of Redis's answers that speak of the server's state and not of the command. */
const states = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOAUTH',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'WRONGPASS',
]);

/** What went wrong in Redis or its client. */
export const judgeRedis = (error: unknown): Verdict => {
  const name = textOf(error, 'name');
  const message = textOf(error, 'message') ?? '';
  if (name === 'ReplyError') return states.has(message.split(' ', 1)[0] ?? '');
  return names.has(name ?? '') || messages.some((start) => message.startsWith(start)) || undefined;
};
