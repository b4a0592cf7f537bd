import { describe, expect, it } from 'vitest';
import { afterChoice, choicesOf, optionsTellApart, type Variant, valuesBeside } from './options.ts';

const variant = (sku: string, options: Record<string, string>): Variant => ({
  sku,
  options,
  price: { amount: 1, currency: 'USD' },
});
const pans = [
  variant('S1', { Size: '1 l', Colour: 'Steel' }),
  variant('S2', { Size: '2 l', Colour: 'Steel' }),
  variant('C2', { Size: '2 l', Colour: 'Copper' }),
  variant('C3', { Size: '3 l', Colour: 'Copper' }),
];
const [s1, s2, c2] = pans as [Variant, Variant, Variant];
const all = () => true;

describe('Choosing a variant', () => {
  it('When options are listed, then the colour comes first, and what does not differ is left out', () => {
    expect(choicesOf(pans)).toEqual([
      { name: 'Colour', values: ['Steel', 'Copper'] },
      { name: 'Size', values: ['1 l', '2 l', '3 l'] },
    ]);
    expect(choicesOf([s1, s2]).map(({ name }) => name)).toEqual(['Size']);
  });

  it('When one option is changed, then the others are kept where there is such a variant', () => {
    expect(afterChoice(pans, s2, 'Colour', 'Copper', all)).toBe(c2);
    expect(afterChoice(pans, s1, 'Colour', 'Copper', all).sku).toBe('C2');
    expect(afterChoice(pans, s1, 'Colour', 'Copper', ({ sku }) => sku !== 'C2').sku).toBe('C3');
    expect(afterChoice(pans, s1, 'Size', '3 l', all).sku).toBe('C3');
  });

  it('When a value leads to something sold out, then it is marked', () => {
    const [, size] = choicesOf(pans);
    if (!size) throw new Error('no size');
    expect(valuesBeside(pans, s2, size, ({ sku }) => sku !== 'S1')).toEqual([
      { value: '1 l', isChosen: false, isThere: false },
      { value: '2 l', isChosen: true, isThere: true },
      { value: '3 l', isChosen: false, isThere: true },
    ]);
  });

  it('When two variants have the same options, or none, then options do not tell them apart', () => {
    expect(optionsTellApart(pans)).toBe(true);
    expect(optionsTellApart([...pans, variant('S1B', s1.options)])).toBe(false);
    expect(optionsTellApart([variant('A', {}), variant('B', {})])).toBe(false);
  });
});
