/** The body of a problem (RFC 9457) as the shop sends it. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  /** Stable; what to decide on. */
  code: string;
  /** A sentence for people. */
  detail: string;
  instance?: string;
  /** The offending fields, SKUs or vouchers. */
  errors?: Record<string, unknown>[];
  /** Set where the outcome belongs to a checkout, and is final for its idempotency key. */
  checkoutId?: string;
}

/** The shop refused, or could not: it answered with a problem. */
export class ShopError extends Error {
  readonly code: string;
  readonly status: number;
  readonly problem: ProblemBody;
  /** After which the shop thinks that trying again may help. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: ProblemBody, retryAfterMs?: number) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'ShopError';
    this.code = problem.code;
    this.status = problem.status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * No answer came, or none that the shop sends: the connection failed, broke, or took too long. What the request did is
 * unknown; with an idempotency key it is safe to send it again.
 */
export class ShopUnreachable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ShopUnreachable';
  }
}
