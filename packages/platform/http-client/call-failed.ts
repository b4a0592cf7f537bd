import { Problem } from '@shop/contracts/problems.ts';

/**
 * A call to another service that brought no answer of the kind that was asked for: its outcome is unknown, and trying
 * again later may help. Users are told no more than that something is not available; the message is for the log.
 */
export class CallFailed extends Problem {
  constructor(message: string, options?: ErrorOptions) {
    super('UNAVAILABLE', { retryAfter: 1 }, options);
    this.name = 'CallFailed';
    this.message = message;
  }
}
