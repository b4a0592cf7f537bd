import { describe, expect, it } from 'vitest';
import { eventSchema, eventTypes, isEventType, parseEvent } from './event-schemas.ts';
import { topicOf, topics } from './events.ts';

const hold = { version: 1, sagaId: 's', orderId: 'o' };
const event = {
  id: '01900000-0000-7000-8000-000000000001',
  type: 'inventory.released',
  source: '/services/inventory',
  key: 'o',
  time: '2026-01-01T00:00:00.000Z',
  data: { ...hold, kind: 'rollback', lines: [{ sku: 'MUG', quantity: 2 }] },
};

describe('Event schemas', () => {
  it('When an event is as its type wants it, then it is taken as it is', () => {
    expect(parseEvent(event)).toEqual({ event });
    const traced = { ...event, traceparent: 'x', replayFor: 'order' };
    expect(parseEvent(traced)).toEqual({ event: traced });
  });

  it('When it carries fields of a newer version, at any depth, then they are taken along', () => {
    const newer = {
      ...event,
      datacontenttype: 'application/json',
      data: { ...event.data, warehouse: 7, lines: [{ sku: 'MUG', quantity: 2, lot: 'A' }] },
    };
    expect(parseEvent(newer)).toEqual({ event: newer });
  });

  it('When the type is unknown, then that is said, whatever the data', () => {
    for (const type of ['inventory.teleported', 'constructor', '__proto__']) {
      expect(parseEvent({ ...event, type, data: {} })).toEqual({ unknownType: type });
    }
  });

  it('When the payload or an attribute is wrong, then it says which', () => {
    const { lines, ...lineless } = event.data;
    expect(parseEvent({ ...event, data: lineless })).toEqual({ malformed: expect.stringContaining('lines') });
    expect(parseEvent({ ...event, data: { ...event.data, version: '1' } })).toHaveProperty('malformed');
    expect(parseEvent({ ...event, data: { ...event.data, kind: 'undo' } })).toHaveProperty('malformed');
    expect(parseEvent({ ...event, data: { ...event.data, lines: [{ sku: 'MUG', quantity: 1.5 }] } })).toHaveProperty(
      'malformed',
    );
    for (const broken of [
      { id: 'x' },
      { key: '' },
      { time: 'now' },
      { source: 7 },
      { data: [] },
      { type: undefined },
    ]) {
      expect(parseEvent({ ...event, ...broken })).toHaveProperty('malformed');
    }
    expect(lines).toHaveLength(1);
  });

  it('When it is no event at all, then it is malformed and nothing is thrown', () => {
    const trap = {
      get id(): string {
        return 'x';
      },
    };
    for (const raw of [undefined, null, 7, 'text', [], {}, [event], trap, Object.create(null)]) {
      expect(parseEvent(raw)).toHaveProperty('malformed');
    }
  });

  it('When a type is listed, then it has a schema and one of the topics', () => {
    expect(eventTypes.length).toBeGreaterThan(20);
    for (const type of eventTypes) {
      expect(topics).toContain(topicOf(type));
      expect(isEventType(type)).toBe(true);
      expect(eventSchema(type).validate({}, { convert: false }).error).toBeDefined();
    }
    expect(isEventType('toString')).toBe(false);
  });

  it('When a product is deleted and stripped, then its event is still valid', () => {
    const tombstone = {
      ...{ id: 'p', handle: 'mug', title: '', category: '', brand: '', currency: 'USD' },
      ...{ status: 'deleted', variants: [], version: 3 },
    };
    expect(eventSchema('product.deleted').validate(tombstone, { convert: false }).error).toBeUndefined();
  });
});
