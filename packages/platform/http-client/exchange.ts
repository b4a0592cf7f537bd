import type { Dispatcher } from 'undici';

/** One request, with its whole body. */
export interface Sent {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** One answer, with its whole body. */
export interface Received {
  status: number;
  /** Media type without parameters, in lower case; empty when there is none. */
  type: string;
  /** Seconds, as `Retry-After` says; undefined where it doesn't, or says a date. */
  retryAfter: number | undefined;
  /** Whether it asks for no more requests on this connection: the process is about to end. */
  leaving: boolean;
  text: string;
}

/** The answer is larger than anything that the services say to each other. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

const only = (value: string | string[] | undefined): string => (Array.isArray(value) ? value[0] : value) ?? '';

const head = (status: number, headers: Record<string, string | string[] | undefined>): Omit<Received, 'text'> => {
  const retryAfter = only(headers['retry-after']);
  return {
    status,
    type: only(headers['content-type']).split(';', 1)[0]?.trim().toLowerCase() ?? '',
    retryAfter: /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined,
    leaving: only(headers.connection).toLowerCase() === 'close',
  };
};

export interface ExchangeOptions {
  maxBytes: number;
  signal: AbortSignal;
  /** Told whole lines of a successful answer as they come; its text is empty then. */
  onText?: (text: string) => void;
}

/** Cuts what comes into whole lines; what is left of the last one waits for its rest. */
const inLines = (tell: (text: string) => void): ((piece: Buffer) => void) => {
  let rest = '';
  const decoder = new TextDecoder();
  return (piece) => {
    const text = rest + decoder.decode(piece, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (end > 0) tell(text.slice(0, end));
  };
};

/**
 * Sends a request and collects the answer, at most `maxBytes` of it. Whatever the answer, its body is read to the end
 * or its connection is given up, so that none is left half read. Redirects are answers like any other.
 * Rejects with undici's errors, AnswerTooLarge, or the reason of the signal.
 */
export const exchange = (
  dispatcher: Dispatcher,
  { method, path, headers, body }: Sent,
  { maxBytes, signal, onText }: ExchangeOptions,
): Promise<Received> =>
  new Promise((resolve, reject) => {
    let received: Omit<Received, 'text'> | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    const pieces: Buffer[] = [];
    let size = 0;
    const takeLines = onText && inLines(onText);

    const giveUp = (): void => {
      // One that still waits for a connection is given up as soon as it gets one.
      controller?.abort(signal.reason);
      reject(signal.reason);
    };
    const end = (): void => signal.removeEventListener('abort', giveUp);
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });

    dispatcher.dispatch(
      { method, path, headers, body },
      {
        onRequestStart(started) {
          controller = started;
          if (signal.aborted) started.abort(signal.reason);
        },
        onResponseStart(_controller, status, fields) {
          // Provisional answers (1xx) come before the real one.
          if (status >= 200) received = head(status, fields);
        },
        onResponseData(its, piece) {
          size += piece.length;
          if (size > maxBytes) its.abort(new AnswerTooLarge(`the answer has more than ${maxBytes} bytes`));
          else if (takeLines && received?.status === 200) takeLines(piece);
          else pieces.push(piece);
        },
        onResponseEnd() {
          end();
          if (!received) return reject(new Error('the answer has no status'));
          const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
          resolve({ ...received, text: whole.toString('utf8') });
        },
        onResponseError(_controller, error) {
          end();
          reject(error);
        },
      },
    );
  });
