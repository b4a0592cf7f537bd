import { parseEvent } from '@shop/contracts/event-schemas.ts';
import type { AnyShopEvent } from '@shop/contracts/events.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderEvent } from '../event-log.conformance.ts';
import { decodeEvent, encodeEvent, type OutgoingRecord, type ReceivedRecord, typeOf } from './cloud-event.ts';

/** A record as it comes back. */
const received = (record: Partial<OutgoingRecord>, more: Partial<ReceivedRecord> = {}): ReceivedRecord => ({
  topic: 'shop-order',
  partition: 3,
  offset: 42n,
  key: record.key === undefined ? null : Buffer.from(record.key),
  value: record.value === undefined ? null : Buffer.from(record.value),
  headers: Object.entries(record.headers ?? {}).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
  ...more,
});

describe('events as records', () => {
  it('When an event is encoded, then it is a CloudEvent in binary mode that other tools can read', () => {
    const event = orderEvent('7', 1);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(encodeEvent({ ...event, traceparent, replayFor: 'cart' })).toEqual({
      key: '7',
      value: JSON.stringify(event.data),
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: event.id,
        ce_type: 'order.confirmed',
        ce_source: '/services/order',
        ce_subject: '7',
        ce_time: event.time,
        traceparent,
        ce_replayfor: 'cart',
      },
    });
  });

  it('When an event was encoded, then it is decoded as it was', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), fc.jsonValue(), (key, replayFor, extra) => {
        const event = { ...orderEvent(key, 1), ...(replayFor !== undefined && { replayFor }) };
        const data = JSON.parse(JSON.stringify({ ...event.data, extra }));
        const sent = { ...event, data } as AnyShopEvent;
        expect(decodeEvent(received(encodeEvent(sent)))).toEqual(sent);
      }),
    );
  });

  it('When only its type is looked for, then it is the one that it is decoded with; what is no event has none', () => {
    expect(typeOf(received(encodeEvent(orderEvent('7', 1))))).toBe('order.confirmed');
    const twice = [
      ['ce_type', 'order.created'],
      ['ce_type', 'order.shipped'],
    ] as const;
    const headers = [['ce_id', '1'] as const, ...twice].map(
      ([name, value]) => [Buffer.from(name), Buffer.from(value)] as const,
    );
    const record = received({}, { headers });
    expect(typeOf(record)).toBe((decodeEvent(record) as AnyShopEvent).type);
    expect(typeOf(received({ headers: { app: 'legacy' } }))).toBeUndefined();
  });

  it('When a record is no event, then it comes out as something that is refused and tells where it is', () => {
    const foreign = decodeEvent(received({ key: 'k', value: 'no JSON', headers: { app: 'legacy' } }));
    expect(foreign).toEqual({
      topic: 'shop-order',
      partition: 3,
      offset: '42',
      key: 'k',
      headers: { app: 'legacy' },
      data: 'no JSON',
    });
    expect(parseEvent(foreign)).toHaveProperty('malformed');
  });

  it('When the data is no JSON, or there is none, then it is refused under its own id', () => {
    const { headers } = encodeEvent(orderEvent('7', 1));
    for (const value of ['{"half":', undefined]) {
      const decoded = decodeEvent(received({ key: '7', value, headers }));
      expect(decoded).toMatchObject({ id: headers.ce_id, type: 'order.confirmed' });
      expect(parseEvent(decoded)).toHaveProperty('malformed');
    }
  });

  it('When a record is made of any bytes, then decoding it does not fail', () => {
    const bytes = fc.option(fc.uint8Array().map((array) => Buffer.from(array)));
    const header = fc.tuple(bytes, bytes);
    fc.assert(
      fc.property(bytes, bytes, fc.array(header), (key, value, headers) => {
        expect(parseEvent(decodeEvent(received({}, { key, value, headers })))).not.toHaveProperty('event');
      }),
    );
  });
});
