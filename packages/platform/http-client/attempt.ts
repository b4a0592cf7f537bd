import { refusalIn } from '@shop/contracts/problem-body.ts';
import type { ProblemCode } from '@shop/contracts/problems.ts';
import type { Received } from './exchange.ts';

/** What an answer, or its absence, means for the call that it belongs to. */
export type Outcome =
  | { kind: 'answered' | 'refused'; value: unknown }
  /**
   * `again`: whether another try may help. `pauseMs`: how long the service asks to be left alone before. `well`: the
   * replica itself works; it is the call that it does not understand. `underWay`: it may still be doing what it was asked.
   */
  | {
      kind: 'failed';
      why: string;
      cause?: unknown;
      again: boolean;
      pauseMs?: number;
      well?: boolean;
      underWay?: boolean;
    };

const json = /^application\/([a-z.-]+\+)?json$/;
const longestPauseMs = 1_000;

const parse = ({ type, text }: Received): { value: unknown } | undefined => {
  if (!json.test(type)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** An answer of which the body has been read, if it is JSON. */
export interface ReadAnswer {
  status: number;
  /** What it says that it is, for a message. */
  type: string;
  isProblem: boolean;
  body: { value: unknown } | undefined;
  retryAfter: number | undefined;
}

/** Which answers of a call are refusals, and which are replies. */
interface Expected {
  refusals?: readonly ProblemCode[];
  isReply: (value: unknown) => boolean;
}

/** Tells values from refusals from failures. Only codes in `refusals` are refusals, and only what `isReply` is a value. */
export const judge = (answer: ReadAnswer, { refusals = [], isReply }: Expected): Outcome => {
  const { status, type, isProblem, body, retryAfter } = answer;
  if (status >= 200 && status < 300) {
    if (body && isReply(body.value)) return { kind: 'answered', value: body.value };
    return {
      kind: 'failed',
      why: `answered ${status} with ${body ? 'something else' : type || 'nothing'}`,
      again: false,
    };
  }
  const refusal = isProblem ? refusalIn(body?.value, retryAfter) : undefined;
  if (refusal && refusals.includes(refusal.code)) return { kind: 'refused', value: refusal };
  const why = `answered ${status}${refusal ? ` ${refusal.code}` : ''}`;
  // A defect over there stays one; whoever is overloaded, or has lost its database, may be well in a moment.
  if (status >= 500) {
    const pauseMs = retryAfter === undefined ? undefined : Math.min(retryAfter * 1_000, longestPauseMs);
    return { kind: 'failed', why, again: status !== 500 && status !== 501, pauseMs };
  }
  return { kind: 'failed', why, again: false, well: true };
};

/** What the one answer to a request comes to. */
export const outcomeOf = (received: Received, expected: Expected): Outcome => {
  const { status, type, retryAfter } = received;
  const isProblem = type === 'application/problem+json';
  return judge({ status, type, isProblem, body: parse(received), retryAfter }, expected);
};
