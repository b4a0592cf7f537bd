import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from './cloud-event.ts';
import { inParcels, takeTogether } from './parcels.ts';

const record = (bytes: number): OutgoingRecord => ({ key: 'k', value: 'x'.repeat(bytes), headers: {} });
const records = (count: number, bytes: number) => Array.from({ length: count }, () => record(bytes));
const sizes = (parcels: readonly { records: readonly unknown[] }[]) => parcels.map((parcel) => parcel.records.length);

describe('parcels of records', () => {
  it('When there are more records than one request takes, then they are parted in order, by number and by size', () => {
    expect(inParcels('order', [])).toEqual([]);
    expect(sizes(inParcels('order', records(2_100, 10)))).toEqual([1_000, 1_000, 100]);
    expect(sizes(inParcels('order', records(5, 200_000)))).toEqual([2, 2, 1]);
    const mixed = [record(10), record(5_000_000), record(10), record(10)];
    expect(inParcels('order', mixed).flatMap((parcel) => parcel.records)).toEqual(mixed);
    expect(sizes(inParcels('order', mixed))).toEqual([1, 1, 2]);
  });

  it('When parcels wait, then as many go together as fit, one at least, and the first first', () => {
    const waiting = [...inParcels('order', records(600, 10)), ...inParcels('cart', records(600, 10))];
    expect(takeTogether(waiting).map(({ topic }) => topic)).toEqual(['order']);
    waiting.push(...inParcels('product', records(300, 10)), ...inParcels('order', [record(5_000_000)]));
    expect(takeTogether(waiting).map(({ topic }) => topic)).toEqual(['cart', 'product']);
    expect(takeTogether(waiting)).toHaveLength(1);
    expect(waiting).toEqual([]);
  });
});
