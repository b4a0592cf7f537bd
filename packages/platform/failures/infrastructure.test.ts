import { NetworkError, ProtocolError, ResponseError, UserError } from '@platformatic/kafka';
import { Problem } from '@shop/contracts/problems.ts';
import { ReplyError } from 'ioredis';
import mongoose from 'mongoose';
import { errors as undici } from 'undici';
import { describe, expect, it } from 'vitest';
import { CallFailed } from '../http-client/call-failed.ts';
import { isDuplicateKey, isTooLarge } from '../mongo/errors.ts';
import { isInfrastructureFailure } from './infrastructure.ts';

const { MongoNetworkError, MongoServerError, MongoBulkWriteError, MongoServerSelectionError } = mongoose.mongo;

const withCode = (code: unknown) => Object.assign(new Error('something'), { code });
const named = (name: string, message = 'something') => Object.assign(new Error(message), { name });

describe('isInfrastructureFailure', () => {
  it.each(['57P01', '57P03', '53300', '08006', '57014', '25P03', '40P01', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])(
    'When the code is %s, then it is one',
    (code) => expect(isInfrastructureFailure(withCode(code))).toBe(true),
  );

  it.each(['23505', '23514', '22P02', '42P01', 'P0001', 'ENOENT', 42])('When the code is %s, then it is none', (code) =>
    expect(isInfrastructureFailure(withCode(code))).toBe(false),
  );

  it('When it is wrapped in a cause or an AggregateError, then it is found', () => {
    const refused = withCode('ECONNREFUSED');
    expect(isInfrastructureFailure(new Error('saving failed', { cause: refused }))).toBe(true);
    expect(isInfrastructureFailure(new AggregateError([new Error('other'), refused]))).toBe(true);
  });

  it('When a statement failed while its cause speaks of a connection, then the statement counts', () => {
    expect(isInfrastructureFailure(Object.assign(withCode('23505'), { cause: withCode('ECONNRESET') }))).toBe(false);
  });

  it('When a Problem says UNAVAILABLE, then it is one, and another Problem is a refusal whatever caused it', () => {
    expect(isInfrastructureFailure(new Problem('UNAVAILABLE'))).toBe(true);
    expect(isInfrastructureFailure(new CallFailed('cart answered 500'))).toBe(true);
    expect(isInfrastructureFailure(new Problem('NOT_FOUND', {}, { cause: withCode('ECONNRESET') }))).toBe(false);
  });

  it('When what was thrown is foreign, then it answers false and throws nothing', () => {
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // biome-ignore format: one thought
    const closed = new Proxy({}, { getPrototypeOf: () => { throw new Error('no'); } }); // biome-ignore format: one thought
    const endless: { cause?: unknown } = {};
    endless.cause = endless;
    const odd = { name: 7, message: {}, code: [], errors: 'none', errorLabels: { length: 1 }, refusal: 'UNAVAILABLE' };
    for (const thrown of [undefined, null, 'text', 7, {}, hostile, closed, endless, odd, Symbol('s'), () => {}]) {
      expect(isInfrastructureFailure(thrown)).toBe(false);
      expect(isDuplicateKey(thrown)).toBe(false);
      expect(isTooLarge(thrown)).toBe(false);
    }
  });
});

describe("isInfrastructureFailure on MongoDB's errors", () => {
  it.each([
    ['network', new MongoNetworkError('connection 5 to 127.0.0.1:27017 closed')],
    ['not primary', new MongoServerError({ message: 'not primary', code: 10107, codeName: 'NotWritablePrimary' })],
    ['shutting down', new MongoServerError({ message: 'interrupted at shutdown', code: 11600 })],
    ['too late', new MongoServerError({ message: 'operation exceeded time limit', code: 50 })],
    [
      'label',
      new MongoServerError({
        message: 'some code of a later version',
        code: 77_777,
        errorLabels: ['RetryableWriteError'],
      }),
    ],
    ['pool', named('MongoPoolClearedError')],
    ['queue', named('MongoWaitQueueTimeoutError')],
    ['write concern', named('MongoWriteConcernError', 'waiting for replication timed out')],
    ['force closed', named('MongooseError', 'Connection was force closed')],
    [
      'not open yet',
      named('MongooseError', 'Cannot call `carts.findOne()` before initial connection is complete if …'),
    ],
  ])('When it is about the server or the way to it (%s), then it is one', (_what, error) => {
    expect(isInfrastructureFailure(error)).toBe(true);
  });

  it.each([
    ['duplicate', new MongoServerError({ message: 'E11000 duplicate key', code: 11000 })],
    ['validation', new MongoServerError({ message: 'Document failed validation', code: 121 })],
    ['bad value', new MongoServerError({ message: 'unknown operator: $nope', code: 2 })],
    ['cast', named('CastError')],
    ['mongoose', named('MongooseError', 'Cannot pass an array to query updates')],
  ])('When it is about the command (%s), then it is none', (_what, error) => {
    expect(isInfrastructureFailure(error)).toBe(false);
  });

  it('When a bulk write could not be sent, then its own error is found within', () => {
    const unselected = new MongoServerSelectionError('timed out', {} as never);
    expect(isInfrastructureFailure(new MongoBulkWriteError(unselected as never, {} as never))).toBe(true);
    const network = new MongoNetworkError('closed');
    expect(isInfrastructureFailure(new MongoBulkWriteError(network as never, {} as never))).toBe(true);
    const duplicate = { message: 'E11000', code: 11000, writeErrors: [] };
    expect(isInfrastructureFailure(new MongoBulkWriteError(duplicate, {} as never))).toBe(false);
  });
});

describe("isInfrastructureFailure on Kafka's errors", () => {
  it('When brokers or connections fail, then it is one, also within an answer for many partitions', () => {
    expect(isInfrastructureFailure(new NetworkError('closed'))).toBe(true);
    expect(isInfrastructureFailure(new ProtocolError('NOT_ENOUGH_REPLICAS'))).toBe(true);
    expect(isInfrastructureFailure(new ProtocolError('UNKNOWN_SERVER_ERROR'))).toBe(true);
    expect(isInfrastructureFailure(responseWith(6))).toBe(true);
  });

  it('When the records or the call are to blame, then it is none', () => {
    expect(isInfrastructureFailure(new ProtocolError('MESSAGE_TOO_LARGE'))).toBe(false);
    expect(isInfrastructureFailure(responseWith(10))).toBe(false);
    expect(isInfrastructureFailure(new UserError('no such option'))).toBe(false);
  });
});

/** Produce (API 0) answered with a code for one partition. */
const responseWith = (code: number) => new ResponseError(0, 11, { '/responses/0': [code, null] }, {});

describe('isInfrastructureFailure on the errors of HTTP and Redis', () => {
  it.each([
    new undici.ConnectTimeoutError('late'),
    new undici.SocketError('other side closed'),
    new undici.HeadersTimeoutError('late'),
    Object.assign(new TypeError('fetch failed'), { cause: withCode('UND_ERR_SOCKET') }),
    new DOMException('late', 'TimeoutError'),
  ])('When a call found nobody or nobody answered in time (%s), then it is one', (error) => {
    expect(isInfrastructureFailure(error)).toBe(true);
  });

  it('When undici was used wrongly, then it is none', () => {
    expect(isInfrastructureFailure(new undici.InvalidArgumentError('no URL'))).toBe(false);
  });

  it.each([
    named('MaxRetriesPerRequestError'),
    new Error('Connection is closed.'),
    new Error('Command timed out'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new ReplyError('LOADING Redis is loading the dataset in memory'),
    new ReplyError("READONLY You can't write against a read only replica."),
  ])('When Redis is gone or not itself (%s), then it is one', (error) => {
    expect(isInfrastructureFailure(error)).toBe(true);
  });

  it('When a command was wrong, then it is none', () => {
    expect(isInfrastructureFailure(new ReplyError('WRONGTYPE Operation against a key'))).toBe(false);
  });
});
