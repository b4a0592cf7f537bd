/** Settings of postgresql.conf, by name. */
export type Settings = Record<string, string | number>;

/** For one shop on one machine: durable, reachable from this machine alone, without a replica. */
export const defaultSettings: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 200,
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: 0,
  // Every query here is short; compiling one takes longer than running it.
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Queue-like tables fill and empty all the time.
  autovacuum_naptime: '10s',
  // "log" leaves the errors of statements out: whoever sent them hears of them.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  log_line_prefix: '',
  logging_collector: 'off',
};

/** The settings as arguments of `postgres`. */
export const asArguments = (settings: Settings): string[] =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
