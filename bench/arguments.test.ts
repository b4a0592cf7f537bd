import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('The arguments of the benchmark', () => {
  it('When none are given, then everything is measured for 1, 8, 32 and 128 clients', () => {
    expect(readArguments([])).toMatchObject({
      scenarios: ['floor', 'checkout', 'flash', 'journey', 'reads', 'embedded'],
      clients: [1, 8, 32, 128],
      rounds: 3,
    });
  });

  it('When it shall be quick, then it takes fewer and shorter rounds, unless told otherwise', () => {
    expect(readArguments(['--quick', '--rounds', '5'])).toMatchObject({ clients: [1, 32], rounds: 5, seconds: 2 });
  });

  it('When scenarios are named, then only those are measured, the floor first', () => {
    expect(readArguments(['--scenarios', 'checkout,floor', '--clients', '2,4'])).toMatchObject({
      scenarios: ['floor', 'checkout'],
      clients: [2, 4],
    });
  });

  it('When a shop is given, then neither the floor nor the embedded form is measured', () => {
    const options = readArguments(['--url', 'http://127.0.0.1:8080/']);
    expect(options).toMatchObject({
      url: 'http://127.0.0.1:8080',
      scenarios: ['checkout', 'flash', 'journey', 'reads'],
    });
  });

  it('When help is asked for, then nothing else counts', () => {
    expect(readArguments(['--help', '--rounds', '3'])).toBe('help');
  });

  it('When memory is asked for, then one load is all that is run', () => {
    expect(readArguments(['--soak', '20'])).toMatchObject({ soak: { minutes: 20, perSecond: 30 } });
    expect(readArguments(['--soak', '3', '--rate', '50'])).toMatchObject({ soak: { minutes: 3, perSecond: 50 } });
    expect(readArguments([])).not.toHaveProperty('soak');
  });

  it.each([
    [['--scenarios', 'checkot'], /--scenarios takes some of floor, .* but got "checkot"/],
    [['--clients', '0'], /--clients takes a whole number from 1 to 1024, but got "0"/],
    [['--clients', '1,many'], /got "many"/],
    [['--rounds', '1.5'], /--rounds takes a whole number/],
    [['--url', 'somewhere'], /--url takes the shop's origin/],
    [['--url', 'http://127.0.0.1:8080', '--scenarios', 'floor'], /needs servers of its own/],
    [['--soak', '0'], /--soak takes a whole number from 1/],
    [['--soak', '5', '--url', 'http://127.0.0.1:8080'], /--url can't be had with --soak/],
    [['--rate', '5'], /--rate can't be had without --soak/],
    [['--fast'], /usage: npm run bench/],
    [['now'], /usage: npm run bench/],
  ])('When %j is given, then a sentence says what is wrong', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(sentence);
  });
});
