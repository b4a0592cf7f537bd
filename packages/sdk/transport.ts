import { type ProblemBody, ShopError, ShopUnreachable } from './errors.ts';

export interface TransportOptions {
  /** Where the shop is, such as `http://localhost:8080`. */
  url: string;
  /** `fetch` unless given. */
  fetch?: typeof fetch;
  /** How often a request is sent at most; 4. */
  attempts?: number;
  /** How long one attempt may take, in milliseconds; 20 s. */
  timeoutMs?: number;
  /** The longest wait before another attempt that is accepted, in milliseconds; 10 s. */
  longestWaitMs?: number;
}

export interface Message {
  method: string;
  path: string;
  body?: string;
  headers: Record<string, string>;
  /** Whether sending it twice does no more than sending it once. */
  repeatable: boolean;
  /** Whether the answer is read as it comes; any other has come when its last byte is here. */
  streams?: boolean;
  signal?: AbortSignal;
}

/** Sends a message, again where that is safe; resolves with an answer that is no problem. */
export type Send = (message: Message) => Promise<Response>;

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, ms);
    function done() {
      signal?.removeEventListener('abort', stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });

const retryAfterOf = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
};

const problemOf = async (response: Response): Promise<ShopError | ShopUnreachable> => {
  const text = await response.text().catch(() => '');
  try {
    const problem = JSON.parse(text) as ProblemBody;
    if (typeof problem.code === 'string') return new ShopError(problem, retryAfterOf(response));
  } catch {
    // Not from the shop: something in between answered.
  }
  return new ShopUnreachable(`Something that is not the shop answered ${response.status}`);
};

/** The answer with all of its body; rejects when that breaks off. */
const whole = async (response: Response): Promise<Response> => {
  const { status, headers } = response;
  const text = await response.text();
  return new Response(text === '' ? null : text, { status, headers });
};

/**
 * What may be sent again: refused for its rate (nothing was done), and, if repeatable, failed or unavailable. A 503
 * that carries a checkout is that checkout's outcome: the same key would only get it again.
 */
const mayRepeat = (error: unknown, repeatable: boolean): boolean => {
  if (error instanceof ShopUnreachable) return repeatable;
  if (!(error instanceof ShopError)) return false;
  if (error.status === 429) return true;
  return error.status === 503 && repeatable && error.problem.checkoutId === undefined;
};

const firstWaitMs = 200;

export const createTransport = (options: TransportOptions): Send => {
  const { url, attempts = 4, timeoutMs = 20_000, longestWaitMs = 10_000 } = options;
  const base = url.replace(/\/+$/, '');

  const sendOnce = async ({ method, path, body, headers, streams, signal }: Message): Promise<Response> => {
    // For streams only until the headers: they last as long as they like.
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), timeoutMs);
    const call = options.fetch ?? fetch;
    try {
      const signals = signal ? AbortSignal.any([signal, timer.signal]) : timer.signal;
      const response = await call(base + path, { method, body, headers, signal: signals });
      if (!response.ok && response.status !== 304) throw await problemOf(response);
      return streams ? response : await whole(response);
    } catch (error) {
      if (error instanceof ShopError || error instanceof ShopUnreachable) throw error;
      if (signal?.aborted) throw signal.reason;
      const why = timer.signal.aborted ? `did not answer within ${timeoutMs} ms` : 'can not be reached';
      throw new ShopUnreachable(`The shop at ${base} ${why}`, { cause: error });
    } finally {
      clearTimeout(timeout);
    }
  };

  return async (message) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendOnce(message);
      } catch (error) {
        if (attempt >= attempts || !mayRepeat(error, message.repeatable)) throw error;
        const asked = error instanceof ShopError ? error.retryAfterMs : undefined;
        const waitMs = asked ?? firstWaitMs * 2 ** (attempt - 1);
        if (waitMs > longestWaitMs) throw error;
        // Never before the time that the shop named; spread, so that not everybody comes back at once.
        await pause(waitMs * (1 + Math.random() * 0.3), message.signal);
      }
    }
  };
};
