import { setTimeout as pause } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import type { Reply } from '../support/client.ts';
import { requestInit, type Sent } from '../support/request-init.ts';
import type { Chronicle } from './history.ts';

export interface Answer {
  status: number;
  body: Reply['body'];
}

/** A client that has waited for so long gives up and asks again. */
const PATIENCE_MS = 25_000;
const BETWEEN_TRIES_MS = 200;

export interface Asking {
  /** Asks once; undefined when there is no answer, or one that says to come back. */
  once(method: string, path: string, sent?: Sent): Promise<Answer | undefined>;
  /** Asks until there is an answer; whatever fails is sent again as it was. `repeated` is called each time. */
  ask(method: string, path: string, sent?: Sent, repeated?: () => void): Promise<Answer>;
}

/** Asks the shop at `url` as its clients do, and writes down what they see. */
export const createAsking = (url: string, chronicle: Chronicle): Asking => {
  const { count, wrong } = chronicle;
  const agent = new Agent({ headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS, connect: { timeout: PATIENCE_MS } });

  const send = async (method: string, path: string, sent: Sent) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      ...requestInit(method, sent, PATIENCE_MS),
      dispatcher: agent,
    });
    const text = await response.text();
    return { response, body: text ? JSON.parse(text) : undefined };
  };

  const once: Asking['once'] = async (method, path, sent = {}) => {
    const answered = await send(method, path, sent).catch(() => undefined);
    if (!answered) {
      count('unanswered');
      return undefined;
    }
    const { response, body } = answered;
    const { status } = response;
    const final = body?.checkoutId !== undefined;
    if (status === 503 && !final) {
      count('turnedAway');
      if (!response.headers.has('retry-after')) wrong(`${method} ${path}: 503 without Retry-After`);
      return undefined;
    }
    if (status >= 500 && !final) wrong(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    count(status === 401 ? 'turnedAway' : 'answered');
    return { status, body };
  };

  return {
    once,
    async ask(method, path, sent, repeated = () => {}) {
      for (;;) {
        const answer = await once(method, path, sent);
        if (answer) return answer;
        repeated();
        await pause(BETWEEN_TRIES_MS);
      }
    },
  };
};
