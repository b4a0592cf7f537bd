import { describe, expect, it } from 'vitest';
import { briefOf, recordsOf } from './sheet.ts';

describe('A sheet as it is shown in the report', () => {
  it('When fields are quoted, with commas, quotes and line breaks in them, then each record stays in one piece', () => {
    expect(recordsOf('\uFEFFa,b\r\n"x, ""y""\nz",2\n\n3,\n')).toEqual([
      ['a', 'b'],
      ['x, "y"\nz', '2'],
      ['3', ''],
    ]);
  });

  it('When a row has a fault, then it is told by its handle, title, SKU and price, as far as it has them', () => {
    const records = recordsOf('Title,Variant SKU,Handle,Variant Price\nMug,,mug,12.00\n');
    expect(briefOf(records, 2)).toBe('mug · Mug · 12.00');
    expect(briefOf(records, 9)).toBe('');
  });
});
