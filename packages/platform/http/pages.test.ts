import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, isMoment, page } from './pages.ts';

const rows = [1, 2, 3, 4, 5].map((id) => ({ id, at: `2026-01-0${id}T00:00:00.000Z` }));
const positionOf = (row: { id: number; at: string }) => [row.at, row.id];

describe('pages', () => {
  it('When there is one row more than the limit, then the page ends before it and the cursor continues after', () => {
    const filters = { status: 'active' };
    const { items, nextCursor } = page(rows.slice(0, 4), 3, positionOf, 'orders', filters);
    expect(items).toHaveLength(3);
    expect(decodeCursor('orders', filters, nextCursor ?? undefined)).toEqual([rows[2]?.at, 3]);
  });

  it('When there is no further row, then there is no cursor', () => {
    expect(page(rows.slice(0, 3), 3, positionOf, 'orders', {})).toEqual({ items: rows.slice(0, 3), nextCursor: null });
    expect(page([], 3, positionOf, 'orders', {})).toEqual({ items: [], nextCursor: null });
  });

  it('When a cursor is used without one, then the list begins', () => {
    expect(decodeCursor('orders', {}, undefined)).toBeUndefined();
  });

  it('When filters are given in another order, or left undefined, then the cursor still fits', () => {
    const cursor = encodeCursor('orders', { a: 1, b: 'x', c: undefined }, [1]);
    expect(decodeCursor('orders', { b: 'x', a: 1 }, cursor)).toEqual([1]);
  });

  it('When a cursor belongs to another list or other filters, or is malformed, then it is INVALID_CURSOR', () => {
    const cursor = encodeCursor('orders', { status: 'a' }, [1]);
    const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const print = JSON.parse(Buffer.from(cursor, 'base64url').toString())[0];
    const uses: [string, unknown, string][] = [
      ['vouchers', { status: 'a' }, cursor],
      ['orders', { status: 'b' }, cursor],
      ['orders', {}, cursor],
      ['orders', { status: 'a' }, ''],
      ['orders', { status: 'a' }, '!!!'],
      ['orders', { status: 'a' }, cursor.slice(0, -3)],
      ['orders', { status: 'a' }, base64({})],
      ['orders', { status: 'a' }, base64([print])],
      ['orders', { status: 'a' }, base64([print, { $gt: '' }])],
      ['orders', { status: 'a' }, base64([print, 'a\0b'])],
    ];
    for (const [name, filters, text] of uses) {
      expect(() => decodeCursor(name, filters, text)).toThrow(
        expect.objectContaining({ refusal: expect.objectContaining({ code: 'INVALID_CURSOR' }) }),
      );
    }
  });

  it.each([
    ['a number', 5],
    ['a number in text', '1'],
    ['words that Date understands', 'foo 1'],
    ['a day that does not exist', '2026-02-30T00:00:00.000Z'],
    ['the year 0', '0000-01-01T00:00:00.000Z'],
    ['a year of six digits', '+275760-09-13T00:00:00.000Z'],
    ['another zone', '2026-01-01T00:00:00.000+23:00'],
  ])('When a position holds %s, then it is no moment', (_, value) => {
    expect(isMoment(value)).toBe(false);
    expect(isMoment('2026-01-01T00:00:00.000Z')).toBe(true);
  });

  it('When any position is encoded, then it comes out as it was', () => {
    const scalar = fc.oneof(
      fc.string().filter((text) => !text.includes('\0')),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1 }), fc.dictionary(fc.string(), fc.string()), (position, filters) => {
        expect(decodeCursor('list', filters, encodeCursor('list', filters, position))).toEqual(position);
      }),
    );
  });
});
