import { describe, expect, it } from 'vitest';
import { isSerializationRace, isUniqueViolation } from './errors.ts';

describe("PostgreSQL's errors", () => {
  it('When a transaction lost a race, then it may be run again, and after nothing else', () => {
    expect(isSerializationRace(Object.assign(new Error('deadlock'), { code: '40P01' }))).toBe(true);
    expect(isSerializationRace(Object.assign(new Error('unique'), { code: '23505' }))).toBe(false);
  });

  it('When a key is taken, then the constraint tells which', () => {
    const error = Object.assign(new Error('unique'), { code: '23505', constraint: 'products_handle_key' });
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, 'products_handle_key')).toBe(true);
    expect(isUniqueViolation(error, 'another')).toBe(false);
  });

  it('When what was thrown is foreign, then they answer false and throw nothing', () => {
    const hostile = new Proxy({}, { get: () => { throw new Error('no'); } }); // biome-ignore format: one thought
    for (const thrown of [undefined, null, 'text', 7, {}, hostile, Symbol('s')]) {
      expect(isSerializationRace(thrown)).toBe(false);
      expect(isUniqueViolation(thrown)).toBe(false);
    }
  });
});
