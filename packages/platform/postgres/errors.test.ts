import { describe, expect, it } from 'vitest';
import { isInfrastructureFailure, isSerializationRace, isUniqueViolation } from './errors.ts';

const withCode = (code: unknown) => Object.assign(new Error('something'), { code });

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

  it('When what was thrown is foreign, then it answers false and throws nothing', () => {
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // biome-ignore format: one thought
    const endless: { cause?: unknown } = {};
    endless.cause = endless;
    for (const thrown of [undefined, null, 'text', 7, {}, hostile, endless, Symbol('s')]) {
      expect(isInfrastructureFailure(thrown)).toBe(false);
      expect(isSerializationRace(thrown)).toBe(false);
      expect(isUniqueViolation(thrown)).toBe(false);
    }
  });
});
