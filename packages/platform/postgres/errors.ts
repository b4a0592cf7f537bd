/**
 * What went wrong in PostgreSQL, told apart by codes. These functions take whatever was thrown and never throw
 * themselves.
 */
import { textOf, type Verdict } from '../failures/traits.ts';

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

/** What went wrong in PostgreSQL or its driver. An error with another SQLSTATE is the statement's, whatever it was made from. */
export const judgePostgres = (error: unknown): Verdict => {
  const code = textOf(error, 'code');
  if (code !== undefined && isSqlState(code)) return infrastructureStates.some((state) => code.startsWith(state));
  return driverMessages.has(textOf(error, 'message') ?? '') || undefined;
};

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code);

/** Whether the transaction lost a deadlock or serialisation race, did nothing, and may be run again at once. */
export const isSerializationRace = (error: unknown): boolean => {
  const code = textOf(error, 'code');
  return code === '40001' || code === '40P01';
};

/** Whether a row with this key exists already; with `constraint`, only for that constraint or unique index. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  if (textOf(error, 'code') !== '23505') return false;
  return constraint === undefined || textOf(error, 'constraint') === constraint;
};
