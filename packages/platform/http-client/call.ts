import type { ProblemCode } from '@shop/contracts/problems.ts';

/** One question to a service. It may be sent more than once: it must be idempotent. */
export interface Call<Reply> {
  method?: 'GET' | 'POST';
  /** A path that is known beforehand, such as `/internal/cart/lock`; it names the call in metrics. */
  path: string;
  body?: object;
  /** The codes that it may refuse with; any other is a failure. */
  refusals?: readonly ProblemCode[];
  /** Whether what was answered looks like a reply; anything else is a failure. */
  isReply: (value: unknown) => value is Reply;
  /** How long the answer is waited for, further tries included. */
  withinMs: number;
  /** ISO 8601: when the answer is of no use any more. A call that is late already gets a second, for what it was told before. */
  notAfter?: string;
}
