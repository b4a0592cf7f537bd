import type { Kysely } from 'kysely';

/** A statement; one with a `name` is prepared once a connection. */
export interface Statement {
  name?: string;
  text: string;
  values?: readonly unknown[];
}

export interface Queries<Tables> {
  /** Runs one statement and answers its rows. */
  query<Row>(statement: Statement): Promise<Row[]>;
  /** The typed query builder on the same connection. */
  readonly kysely: Kysely<Tables>;
}

/** A transaction in progress (READ COMMITTED). */
export interface Tx<Tables = unknown> extends Queries<Tables> {
  /** Runs `last` once before the commit, behind all other work; where it fails the transaction does. */
  beforeCommit(last: () => Promise<void>): void;
  /** Calls `then` once after the commit, never after a rollback. */
  afterCommit(then: () => void): void;
}

/** One service's database. */
export interface Postgres<Tables = unknown> extends Queries<Tables> {
  /** Runs `work` in a transaction; one that loses a deadlock or serialisation race is run again, up to five times. */
  transaction<T>(work: (tx: Tx<Tables>) => Promise<T>): Promise<T>;
  /** How many connections there are, how many of them are free, and how many requests wait for one. */
  connections(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}
