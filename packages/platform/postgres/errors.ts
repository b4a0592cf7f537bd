/**
 * What went wrong in PostgreSQL, told apart by codes. These functions take whatever was thrown and never throw
 * themselves.
 */

/** SQLSTATEs, by prefix, that speak of the server's or the connection's state and not of the statement. */
const infrastructureStates = [
  '08', // connection exceptions
  '25006', // read-only: a server that is not, or no longer, the primary
  '25P03', // idle in transaction for too long
  '25P04', // transaction timeout
  '28', // not let in
  '3D000', // the database is not there
  '40001', // lost a serialisation race, again and again
  '40P01', // lost a deadlock, again and again
  '53', // out of connections, memory or disk
  '55P03', // a lock was not to be had in time
  '57014', // cancelled, as by statement_timeout
  '57P', // shutting down, crashed, starting up
  '58', // input or output failed
];

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
]);

/** Errors that the driver, its pool and the query builder make without any code. */
const driverMessages = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout expired',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'driver has already been destroyed',
  'Postgres connection has been discarded',
]);

interface Traits {
  code: string | undefined;
  message: string | undefined;
  constraint: string | undefined;
  /** Errors that this one was made from. */
  within: unknown[];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const traitsOf = (error: unknown): Traits | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    const { code, message, constraint, cause, errors } = error as Record<string, unknown>;
    const within = [cause, ...(Array.isArray(errors) ? errors : [])];
    return { code: text(code), message: text(message), constraint: text(constraint), within };
  } catch {
    return undefined; // a foreign error whose properties throw
  }
};

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code) && !socketCodes.has(code);

const isInfrastructure = (error: unknown, depth: number): boolean => {
  const traits = traitsOf(error);
  if (!traits) return false;
  const { code, message, within } = traits;
  if (code !== undefined && socketCodes.has(code)) return true;
  if (code !== undefined && isSqlState(code)) return infrastructureStates.some((state) => code.startsWith(state));
  if (message !== undefined && driverMessages.has(message)) return true;
  return depth > 0 && within.some((inner) => isInfrastructure(inner, depth - 1));
};

/**
 * Whether the server, or the way to it, failed: the same work may succeed later, and what it did is unknown. Errors
 * wrapped in a `cause` or an AggregateError count, five levels deep.
 */
export const isInfrastructureFailure = (error: unknown): boolean => isInfrastructure(error, 5);

/** Whether the transaction lost a deadlock or serialisation race, did nothing, and may be run again at once. */
export const isSerializationRace = (error: unknown): boolean => {
  const code = traitsOf(error)?.code;
  return code === '40001' || code === '40P01';
};

/** Whether a row with this key exists already; with `constraint`, only for that constraint or unique index. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  const traits = traitsOf(error);
  return traits?.code === '23505' && (constraint === undefined || traits.constraint === constraint);
};
