import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demandPerSku } from './domain.ts';

const line = fc.record({ sku: fc.constantFrom('a', 'B', 'ä', '1'), quantity: fc.integer({ min: 1, max: 999 }) });

describe('demandPerSku', () => {
  it('When lines name a SKU several times, then it is one demand for their sum, sorted', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const demand = demandPerSku(lines);
        const skus = demand.map(({ sku }) => sku);
        expect(skus).toEqual([...new Set(skus)].sort());
        for (const { sku, quantity } of demand) {
          const sum = lines.filter((each) => each.sku === sku).reduce((total, each) => total + each.quantity, 0);
          expect(quantity).toBe(sum);
        }
        expect(new Set(skus)).toEqual(new Set(lines.map(({ sku }) => sku)));
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('When a quantity is %s, then it throws', (quantity) => {
    expect(() => demandPerSku([{ sku: 'a', quantity }])).toThrow(RangeError);
  });
});
