/**
 * Every refusal that a caller can meet: a stable code, its HTTP status and its title (RFC 9457).
 * A new refusal is a new line here; nothing else builds an error.
 */
export const problems = {
  VALIDATION_FAILED: [400, 'The request is not valid'],
  MALFORMED_REQUEST: [400, 'The request is not valid HTTP'],
  MALFORMED_JSON: [400, 'The body is not valid JSON'],
  INVALID_CURSOR: [400, 'The cursor does not belong to this list'],
  IDEMPOTENCY_KEY_REQUIRED: [400, 'An Idempotency-Key header is required'],
  CURRENCY_UNSUPPORTED: [400, 'The shop does not sell in this currency'],
  UNAUTHENTICATED: [401, 'A valid access token is required'],
  BAD_CREDENTIALS: [401, 'E-mail or password is wrong'],
  FORBIDDEN: [403, 'Your role does not allow this'],
  NOT_FOUND: [404, 'Nothing is here'],
  PRODUCT_NOT_FOUND: [404, 'There is no such product'],
  ORDER_NOT_FOUND: [404, 'There is no such order'],
  CHECKOUT_NOT_FOUND: [404, 'There is no such checkout'],
  VOUCHER_NOT_FOUND: [404, 'There is no such voucher'],
  DEAD_LETTER_NOT_FOUND: [404, 'There is no such dead letter'],
  LAB_RUN_NOT_FOUND: [404, 'There is no such run'],
  SKU_UNKNOWN: [404, 'There is no such SKU'],
  METHOD_NOT_ALLOWED: [405, 'This method is not allowed here'],
  EMAIL_TAKEN: [409, 'This e-mail is registered already'],
  SKU_TAKEN: [409, 'A SKU belongs to another product'],
  HANDLE_TAKEN: [409, 'The handle belongs to another product'],
  INSUFFICIENT_STOCK: [409, 'The stock would fall below what is reserved'],
  CART_FULL: [409, 'The cart holds as much as it can'],
  QUANTITY_LIMIT: [409, 'A line holds at most 999'],
  VOUCHER_EXISTS: [409, 'A voucher with this code exists'],
  VOUCHER_REJECTED: [409, 'A voucher can not be used'],
  LIMIT_BELOW_USED: [409, 'The limit is below the uses so far'],
  OUT_OF_STOCK: [409, 'Not everything is in stock'],
  CHECKOUT_IN_PROGRESS: [409, 'Another checkout of this cart is under way'],
  PRICE_CHANGED: [409, 'A price has changed since it was put into the cart'],
  TOTAL_CHANGED: [409, 'The total is not the expected one'],
  PRODUCT_UNAVAILABLE: [409, 'A product is no longer available'],
  SAGA_UNDONE: [409, 'The checkout was rolled back'],
  NOT_CANCELLABLE: [409, 'The order can no longer be cancelled'],
  INVALID_TRANSITION: [409, 'The order is not in a state that allows this'],
  VERSION_CONFLICT: [412, 'It was changed in the meantime'],
  REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The content type is not supported'],
  CART_EMPTY: [422, 'The cart is empty'],
  IDEMPOTENCY_KEY_REUSED: [422, 'The Idempotency-Key was used for another request'],
  CART_LOCKED: [423, 'A checkout of this cart is under way'],
  RATE_LIMITED: [429, 'Too many requests'],
  HEADERS_TOO_LARGE: [431, 'The URL and the headers are too large'],
  INTERNAL: [500, 'Something went wrong on our side'],
  UNAVAILABLE: [503, 'The service is not available right now'],
  CHECKOUT_TIMED_OUT: [503, 'The checkout took too long and was rolled back'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** One entry of `errors[]`; its fields depend on the kind of problem, as api.md lists them. */
export type ProblemDetail = Record<string, unknown>;

export interface RefusalExtras {
  /** A sentence for people about this very case. */
  detail?: string;
  /** The offending fields, SKUs or vouchers. */
  errors?: readonly ProblemDetail[];
  /** Seconds after which trying again may help; sent as Retry-After. */
  retryAfter?: number;
  /** The checkout that the refusal is about; its presence makes the outcome final for its key. */
  checkoutId?: string;
}

/** A business refusal: a value, not an exception. Routes turn it into problem+json. */
export interface Refusal<Code extends ProblemCode = ProblemCode> extends RefusalExtras {
  ok: false;
  code: Code;
}

/** Makes a refusal. */
export const refuse = <Code extends ProblemCode>(code: Code, extras: RefusalExtras = {}): Refusal<Code> => ({
  ok: false,
  code,
  ...extras,
});

/** Tells a refusal from every other answer. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && (value as Refusal).ok === false && (value as Refusal).code in problems;

/** A refusal on its way through code that can only throw (middleware, parsers). */
export class Problem extends Error {
  readonly refusal: Refusal;

  constructor(code: ProblemCode, extras: RefusalExtras = {}, options?: ErrorOptions) {
    super(extras.detail ?? problems[code][1], options);
    this.name = 'Problem';
    this.refusal = refuse(code, extras);
  }
}
