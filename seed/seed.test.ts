import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { picture, pictureKinds, pictureTints } from './pictures.ts';

const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8');

type Row = Record<string, string>;
const rows: Row[] = parse(await read('catalogue.csv'), { columns: true });
const heads = rows.filter((row) => row.Title !== '');
const variants = rows.filter((row) => row['Variant Price'] !== '');
const distinct = (values: readonly (string | undefined)[]) => new Set(values);
const inStock = variants.map((row) => Number(row['Variant Inventory Qty']));

interface SeedVoucher {
  code: string;
  type: string;
  scope: { kind: string; ids?: string[] };
  combinable: boolean;
  usageLimit?: number;
  perUserLimit?: number;
  minSubtotal?: { amount: number; currency: string };
}
const vouchers: SeedVoucher[] = JSON.parse(await read('vouchers.json'));

describe('the seed catalogue', () => {
  it('When it is read, then it is a shop of 60 products in many categories and brands', () => {
    expect(heads).toHaveLength(60);
    expect(distinct(heads.map(({ Handle }) => Handle)).size).toBe(60);
    expect(variants.length).toBeGreaterThanOrEqual(200);
    expect(distinct(heads.map(({ Type }) => Type)).size).toBeGreaterThanOrEqual(8);
    expect(distinct(heads.map(({ Vendor }) => Vendor)).size).toBeGreaterThanOrEqual(8);
    expect(heads.filter(({ Published }) => Published === 'FALSE')).toHaveLength(1);
  });

  it('When rows are read one by one, then each belongs to a product that has begun', () => {
    const begun = new Set<string | undefined>();
    for (const row of rows) {
      if (row.Title !== '') begun.add(row.Handle);
      expect(begun).toContain(row.Handle);
    }
  });

  it('When products are looked at, then each has words, tags and a picture of its own', () => {
    const pictured = rows.filter((row) => row['Variant Price'] === '' && row['Image Src'] !== '');
    expect(distinct(pictured.map(({ Handle }) => Handle)).size).toBe(60);
    for (const row of heads) {
      expect(row['Body (HTML)']?.length).toBeGreaterThan(60);
      expect(row.Tags).not.toBe('');
      expect(row.Vendor).not.toBe('');
    }
  });

  it('When variants are looked at, then SKUs are unique and prices plain decimals', () => {
    expect(distinct(variants.map((row) => row['Variant SKU'])).size).toBe(variants.length);
    for (const row of variants) {
      expect(row['Variant SKU']).toMatch(/^[A-Z0-9-]{2,64}$/);
      expect(row['Variant Price']).toMatch(/^[1-9]\d*\.\d{2}$/);
    }
  });

  it('When variants of one product are compared, then no two have the same options', () => {
    const options = variants.map((row) => `${row.Handle}|${row['Option1 Value']}|${row['Option2 Value']}`);
    expect(distinct(options).size).toBe(variants.length);
  });

  it('When stock is counted, then there is plenty, little and none', () => {
    expect(Math.min(...inStock)).toBe(0);
    expect(Math.max(...inStock)).toBe(200);
    for (const few of [0, 1, 2, 3]) expect(inStock).toContain(few);
  });

  it('When pictures are fetched, then every one of them exists', () => {
    for (const src of distinct(rows.map((row) => row['Image Src']))) {
      const [, kind = '', tint = ''] = /^\/pictures\/([a-z]+)\.svg\?tint=([a-z]+)$/.exec(src ?? '') ?? [];
      expect(picture(kind, tint), src).toBeDefined();
    }
    expect(distinct(rows.map((row) => row['Image Src']?.split('.')[0])).size).toBe(pictureKinds.length);
  });
});

describe('the seed vouchers', () => {
  it('When they are read, then each type, scope and limit is among them', () => {
    expect(distinct(vouchers.map(({ code }) => code)).size).toBe(7);
    expect(distinct(vouchers.map(({ type }) => type))).toEqual(new Set(['percentage', 'fixed_amount', 'buy_x_get_y']));
    expect(distinct(vouchers.map(({ scope }) => scope.kind))).toEqual(new Set(['order', 'categories', 'skus']));
    expect(vouchers.filter(({ combinable }) => !combinable).map(({ code }) => code)).toEqual(['SOLO25']);
    expect(vouchers.find(({ usageLimit }) => usageLimit)?.code).toBe('FIRST5');
    expect(vouchers.find(({ perUserLimit }) => perUserLimit)?.code).toBe('MEMBER');
    expect(vouchers.find(({ minSubtotal }) => minSubtotal)?.code).toBe('FIVEOFF');
  });

  it('When a voucher names SKUs or categories, then the catalogue has them', () => {
    const known = { skus: variants.map((row) => row['Variant SKU']), categories: heads.map(({ Type }) => Type) };
    for (const { scope } of vouchers) {
      if (scope.kind === 'order') continue;
      for (const id of scope.ids ?? []) expect(known[scope.kind as keyof typeof known]).toContain(id);
    }
  });
});

describe('pictures', () => {
  it('When any kind is drawn in any tint, then it is a small SVG in that tint', () => {
    expect(pictureKinds.length).toBeGreaterThanOrEqual(14);
    for (const kind of pictureKinds) {
      const drawn = pictureTints.map((tint) => picture(kind, tint) ?? '');
      expect(new Set(drawn).size).toBe(pictureTints.length);
      for (const svg of drawn) {
        expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 400 400">.*<\/svg>$/);
        expect(svg).not.toContain('"T"');
        expect(Buffer.byteLength(svg)).toBeLessThan(1536);
      }
    }
  });

  it('When the kind or the tint does not exist, then there is no picture', () => {
    expect(picture('dragon', 'blue')).toBeUndefined();
    expect(picture('mug', 'octarine')).toBeUndefined();
    expect(picture('constructor', 'blue')).toBeUndefined();
    expect(picture('mug', '__proto__')).toBeUndefined();
  });
});
