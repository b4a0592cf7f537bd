/**
 * What went wrong in MongoDB, told apart by names, labels and codes. These functions take whatever was thrown and never
 * throw themselves.
 */
import { listOf, numberOf, textOf, type Verdict } from '../failures/traits.ts';

/** Errors of the driver and of Mongoose that speak of connections, pools and the topology. */
const driverNames = new Set([
  'MongoClientClosedError',
  'MongoExpiredSessionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoServerSelectionError',
  'MongoStalePrimaryError',
  'MongoSystemError',
  'MongoTopologyClosedError',
  'MongoUnexpectedServerResponseError',
  'MongoWaitQueueTimeoutError',
  'MongoWriteConcernError',
  'MongooseServerSelectionError',
  'PoolClearedOnNetworkError',
]);

/** Mongoose's own, which have no name of theirs: nothing was sent, the connection is not open, or closed by us. */
const mongooseMessages = [/before initial connection is complete/, /^Connection was force closed/];

/** The server, or the driver, says with these that the same command may do better. */
const labels = new Set([
  'HandshakeError',
  'ResetPool',
  'RetryableError',
  'RetryableWriteError',
  'SystemOverloadedError',
  'TransientTransactionError',
]);

/** Codes of the server that speak of its state and not of the command. */
const serverCodes = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  13, // Unauthorized: also said to whoever is not let in yet
  18, // AuthenticationFailed
  24, // LockTimeout
  43, // CursorNotFound: the server, or its cursor, is another one than before
  46, // LockBusy
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  94, // NotYetInitialized
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict, again and again
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  262, // ExceededTimeLimit
  365, // TemporarilyUnavailable
  384, // ConnectionError
  391, // ReauthenticationRequired
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

/** What went wrong in MongoDB or on the way to it; undefined for errors that are none of MongoDB's. */
export const judgeMongo = (error: unknown): Verdict => {
  const name = textOf(error, 'name') ?? '';
  if (driverNames.has(name)) return true;
  if (name === 'MongooseError') {
    const message = textOf(error, 'message') ?? '';
    return mongooseMessages.some((start) => start.test(message)) || undefined;
  }
  if (!name.startsWith('Mongo')) return undefined;
  if (listOf(error, 'errorLabels').some((label) => labels.has(String(label)))) return true;
  const code = numberOf(error, 'code');
  return code === undefined ? undefined : serverCodes.has(code);
};

/** Whether a document with this value of a unique index exists already. */
export const isDuplicateKey = (error: unknown): boolean => numberOf(error, 'code') === 11000;

/** `BSONObjectTooLarge`, and what an update says that would make such a document. */
const tooLargeCodes = new Set([10334, 17419, 17420]);

/** Whether a write was refused because its document would have passed MongoDB's 16 MiB. */
export const isTooLarge = (error: unknown): boolean => tooLargeCodes.has(numberOf(error, 'code') ?? 0);

/**
 * The places, in an unordered bulk write, of those of its writes that failed by themselves; undefined where it failed as
 * a whole, or where it is not known that the others will last.
 */
export const failedWrites = (error: unknown): ReadonlySet<number> | undefined => {
  if (textOf(error, 'name') !== 'MongoBulkWriteError') return undefined;
  const places = listOf(error, 'writeErrors').map((one) => numberOf(one, 'index'));
  const lasting = (error as { result?: { getWriteConcernError?(): unknown } }).result?.getWriteConcernError?.();
  if (places.length === 0 || lasting !== undefined) return undefined;
  return new Set(places.filter((place) => place !== undefined));
};
