import { describe, expect, it } from 'vitest';
import { emailKey, isPlainlySpelled, refreshExpiry } from './domain.ts';

describe('addresses', () => {
  it('When two spellings differ in case alone, then they are the same address', () => {
    expect(emailKey('Ada.Lovelace@Example.COM')).toBe(emailKey('ada.lovelace@example.com'));
    expect(emailKey('ZOË@example.com')).toBe('zoë@example.com');
  });

  it.each([
    ['full-width letters', 'ａdmin@example.com'],
    ['the Kelvin sign', 'mi\u212Ae@example.com'],
    ['a long s', 'bo\u017Fs@example.com'],
    ['a ligature', 'o\uFB03ce@example.com'],
    ['an accent of its own', 'zoe\u0308@example.com'],
    ['a zero-width space', 'ad\u200Bmin@example.com'],
    ['a soft hyphen', 'admin\u00AD@example.com'],
    ['a turn of direction', '\u202Eadmin@example.com'],
    ['an ideographic full stop', 'admin@example\u3002com'],
  ])('When an address holds %s, then it is not plainly spelled', (_, email) => {
    expect(isPlainlySpelled(email)).toBe(false);
  });

  it('When an address holds ordinary letters of any script, then it is plainly spelled', () => {
    expect(isPlainlySpelled('Zoë.Müller@example.com')).toBe(true);
    expect(isPlainlySpelled('用户@example.com')).toBe(true);
  });
});

describe('refresh tokens', () => {
  it('When a token is made, then it waits 30 days for its use', () => {
    expect(refreshExpiry(new Date('2026-01-01T00:00:00Z'))).toEqual(new Date('2026-01-31T00:00:00Z'));
  });
});
