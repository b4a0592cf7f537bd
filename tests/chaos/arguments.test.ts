import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('npm run chaos', () => {
  it('When it is told how long, then the rest is as usual', () => {
    expect(readArguments(['--minutes', '1.5'])).toEqual({ minutes: 1.5, seed: 1, out: '.local/chaos' });
    expect(readArguments(['--minutes', '30', '--seed', '42', '--out', 'docs/chaos'])).toEqual({
      minutes: 30,
      seed: 42,
      out: 'docs/chaos',
    });
    expect(readArguments(['--help'])).toBeUndefined();
  });

  it.each([
    [[], 'Say for how long'],
    [['--minutes', 'two'], '--minutes must be a number up to 10080, but got "two"'],
    [['--minutes', '0'], '--minutes must be'],
    [['--minutes=-1'], '--minutes must be'],
    [['--minutes', '1', '--seed', '1.5'], '--seed must be a whole number up to 4294967295, but got "1.5"'],
    [['--minutes', '1', '--seed', '4294967296'], '--seed must be'],
    [['--minutes', '1', '--out', ''], '--out must name a folder'],
    [['--minute', '1'], "Unknown option '--minute'"],
    [['30'], "Unexpected argument '30'"],
  ])('When it is asked %j, then it says what is wrong and how it is used', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(sentence);
    expect(() => readArguments(args)).toThrow('usage: npm run chaos -- --minutes N');
  });
});
