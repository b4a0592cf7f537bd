import { describe, expect, it } from 'vitest';
import { minorUnits } from './amounts.ts';
import { madeSku } from './made-sku.ts';
import { columns, maxRows, readSheet } from './sheet.ts';

describe('prices', () => {
  it.each([
    ['19.99', 2, 1999],
    ['19.9', 2, 1990],
    ['19', 2, 1900],
    ['0', 2, 0],
    ['1.005', 3, 1005],
    ['1999', 0, 1999],
    ['0.1', 2, 10],
    ['1999.00', 0, undefined],
    ['19.999', 2, undefined],
    ['1,999.00', 2, undefined],
    ['$5', 2, undefined],
    ['-1', 2, undefined],
    ['1e3', 2, undefined],
    ['.5', 2, undefined],
    ['5.', 2, undefined],
    ['٥', 2, undefined],
  ])('When the price is %s with %i decimals, then it is %s minor units', (text, decimals, amount) => {
    expect(minorUnits(text, decimals)).toBe(amount);
  });
});

describe('made SKUs', () => {
  it('When handle and options are the same, then so is the SKU, and others get another one', () => {
    expect(madeSku('trail-mug', {})).toBe('trail-mug');
    expect(madeSku('trail-mug', { Colour: 'Dark Blue', Size: 'XL' })).toBe('trail-mug_dark-blue_xl');
    const alike = [
      madeSku('mug', { Colour: 'red-xl' }),
      madeSku('mug-red', { Size: 'xl' }),
      madeSku('mug', { Colour: 'red', Size: 'xl' }),
      madeSku('mug', { Colour: '红' }),
      madeSku('mug', { Colour: '蓝' }),
      madeSku('mug', { Size: '1/2' }),
      madeSku('mug', { Size: '1.2' }),
      madeSku('m'.repeat(120), { Size: 'S' }),
      madeSku('m'.repeat(120), { Size: 'L' }),
      madeSku('m'.repeat(119), { Size: 'L' }),
    ];
    expect(new Set(alike).size).toBe(alike.length);
    for (const sku of alike) expect(sku).toMatch(/^[a-z0-9_-]{1,64}$/);
    expect(madeSku('mug', { Colour: '红' })).toBe(alike[3]);
  });
});

describe('sheets', () => {
  const read = async (csv: string) => {
    const sheet = await readSheet(csv);
    return 'rows' in sheet ? sheet.rows.map((row) => [row.row, row.cell('Handle'), row.cell('Title')]) : sheet.detail;
  };

  it.each([
    ['a BOM', '\ufeffHandle,Title,Variant Price\na,A,1'],
    ['CRLF', 'Handle,Title,Variant Price\r\na,A,1\r\n'],
    ['CR', 'Handle,Title,Variant Price\ra,A,1'],
    ['mixed line endings', 'Handle,Title,Variant Price\r\na,A,1\n'],
    ['blank lines', '\nHandle,Title,Variant Price\n\n\na,A,1\n\n'],
    ['names in any case and space', ' handle , TITLE,variant  price\na,A,1'],
    ['quotes', '"Handle","Title","Variant Price"\n"a","A","1"'],
    ['short rows', 'Handle,Title,Variant Price,Tags\na,A'],
  ])('When a CSV has %s, then it is read all the same', async (_, csv) => {
    expect(await read(csv)).toEqual([[2, 'a', 'A']]);
  });

  it('When cells hold quotes, commas, line breaks and any script across pieces, then they are read whole', async () => {
    const cell = `"a ""b"", 杯\r\n${'ü🏔'.repeat(30_000)}"`;
    const sheet = await readSheet(`Handle,Title,Variant Price\nx,${cell},1\ny,Y,2\n`);
    if (!('rows' in sheet)) throw new Error(sheet.detail);
    expect(sheet.rows[0]?.cell('Title')).toBe(`a "b", 杯\r\n${'ü🏔'.repeat(30_000)}`);
    expect(sheet.rows[1]?.cell('Title')).toBe('Y');
  });

  it('When rows are nothing but commas, then they keep their number', async () => {
    expect(await read('Handle,Title,Variant Price\n,,\na,A,1\n')).toEqual([[3, 'a', 'A']]);
  });

  it.each([
    ['', 'The CSV is empty.'],
    ['Title,Variant Price\nA,1', 'The CSV has no column Handle.'],
    ['Name\n1', 'The CSV has no column Handle, Title, Variant Price.'],
    ['Handle,Title,Title,Variant Price\na,A,A,1', 'The CSV has the column Title more than once.'],
  ])('When the CSV is %j, then it is refused: %s', async (csv, detail) => {
    expect(await read(csv)).toBe(detail);
  });

  it('When a quote is broken, then the CSV is refused as a whole', async () => {
    expect(await read('Handle,Title,Variant Price\na,"A,1\nb,B,2')).toMatch(/^The CSV can not be read: /);
    expect(await read('Handle,Title,Variant Price\na,"A"x,1')).toMatch(/^The CSV can not be read: /);
  });

  it('When there are more rows than are allowed, then the CSV is refused', async () => {
    const rows = (count: number) => `${columns.join(',')}\n${'a\n'.repeat(count)}`;
    expect(await read(rows(maxRows + 1))).toMatch(/at most 20000 rows/);
    expect(await read(rows(maxRows))).toHaveLength(maxRows);
  });
});
