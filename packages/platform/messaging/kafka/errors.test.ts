import { MultipleErrors, NetworkError, ProtocolError, ResponseError, UserError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { isAnswer, isKafkaFailure, isStaleMembership, KafkaUnavailable, reasonOf } from './errors.ts';

const answered = (...codes: number[]) =>
  new ResponseError(0, 9, Object.fromEntries(codes.map((code, at) => [`/${at}`, [code, null]])), {});

describe('errors of Kafka', () => {
  it('When the way to the brokers or the cluster fails, then that is infrastructure, however it is wrapped', () => {
    const failures = [
      new KafkaUnavailable('not there'),
      new NetworkError('Connection closed'),
      new MultipleErrors('produce failed 3 times.', [new NetworkError('Connection to 127.0.0.1:1 failed.')]),
      new Error('publishing failed', { cause: answered(6) }),
      answered(0, 19),
      new ProtocolError('COORDINATOR_LOAD_IN_PROGRESS'),
      new UserError('Unknown topic order.'),
    ];
    for (const failure of failures) expect(isKafkaFailure(failure), String(failure)).toBe(true);
  });

  it('When what was asked is at fault, or something else fails, then that is not', () => {
    const cyclic: { cause?: unknown } = {};
    cyclic.cause = cyclic;
    const throwing = Object.defineProperty({}, 'code', {
      get() {
        throw new Error('no');
      },
    });
    const others = [
      answered(10),
      new UserError('Failed to serialize a message.'),
      new Error('x'),
      'x',
      null,
      undefined,
    ];
    for (const other of [...others, cyclic, throwing]) expect(isKafkaFailure(other)).toBe(false);
  });

  it('When a group went on without a member, then that can be told from everything else', () => {
    for (const code of [22, 25, 27]) expect(isStaleMembership(answered(code))).toBe(true);
    for (const code of [14, 15, 16]) expect(isStaleMembership(answered(code))).toBe(false);
    expect(isAnswer(new MultipleErrors('x', [answered(36)]), 'TOPIC_ALREADY_EXISTS')).toBe(true);
    expect(isAnswer(answered(38), 'TOPIC_ALREADY_EXISTS')).toBe(false);
  });

  it('When an error is told to people, then its innermost reasons are, each once', () => {
    const refused = new NetworkError('Connection to 127.0.0.1:1 failed.', { cause: new Error('connect ECONNREFUSED') });
    expect(reasonOf(new MultipleErrors('Cannot connect.', [refused, refused]))).toBe('connect ECONNREFUSED');
    expect(reasonOf('text')).toBe('text');
  });
});
