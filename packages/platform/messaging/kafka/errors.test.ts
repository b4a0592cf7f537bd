import { MultipleErrors, NetworkError, ProtocolError, ResponseError, UserError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { isInfrastructureFailure } from '../../failures/infrastructure.ts';
import { isStaleMembership, isTopicThere, KafkaUnavailable, reasonOf } from './errors.ts';

const answered = (...codes: number[]) =>
  new ResponseError(0, 9, Object.fromEntries(codes.map((code, at) => [`/${at}`, [code, null]])), {});

describe('errors of Kafka', () => {
  it('When Kafka did not do what it was asked, then that is infrastructure, whatever it was made from', () => {
    const failures = [
      new KafkaUnavailable('not there'),
      new KafkaUnavailable('not taken', { cause: answered(10) }),
      new MultipleErrors('produce failed 3 times.', [new NetworkError('Connection to 127.0.0.1:1 failed.')]),
      new Error('publishing failed', { cause: answered(6) }),
      answered(0, 19),
      new ProtocolError('COORDINATOR_LOAD_IN_PROGRESS'),
      new UserError('Unknown topic order.'),
    ];
    for (const failure of failures) expect(isInfrastructureFailure(failure), String(failure)).toBe(true);
    expect(isInfrastructureFailure(new UserError('Failed to serialize a message.'))).toBe(false);
  });

  it('When a group went on without a member, then that can be told from everything else', () => {
    for (const code of [22, 25, 27]) expect(isStaleMembership(answered(code))).toBe(true);
    for (const code of [14, 15, 16]) expect(isStaleMembership(answered(code))).toBe(false);
    expect(isTopicThere(new MultipleErrors('x', [answered(36)]))).toBe(true);
    expect(isTopicThere(answered(38))).toBe(false);
  });

  it('When an error is told to people, then its innermost reasons are, each once', () => {
    const refused = new NetworkError('Connection to 127.0.0.1:1 failed.', { cause: new Error('connect ECONNREFUSED') });
    expect(reasonOf(new MultipleErrors('Cannot connect.', [refused, refused]))).toBe('connect ECONNREFUSED');
    expect(reasonOf('text')).toBe('text');
  });

  it('When what was thrown is foreign, then nothing is thrown about it', () => {
    const cyclic: { cause?: unknown } = {};
    cyclic.cause = cyclic;
    const hostile = Object.defineProperty({}, 'cause', {
      get() {
        throw new Error('no');
      },
    });
    for (const thrown of [undefined, null, 7, cyclic, hostile, { errors: [null, 'x'] }]) {
      expect(isStaleMembership(thrown)).toBe(false);
      expect(typeof reasonOf(thrown)).toBe('string');
    }
  });
});
