import { describe, expect, it } from 'vitest';
import { readReplicas, readService } from './replicas.ts';

describe('how many of each service', () => {
  it('When pairs are given, then the others stay one', () => {
    const one = { identity: 1, product: 1, inventory: 1, cart: 1, discount: 1, order: 1 };
    expect(readReplicas('order=2,inventory=9')).toEqual({ ...one, order: 2, inventory: 9 });
    expect(readReplicas(' cart=3 ')).toEqual({ ...one, cart: 3 });
  });

  it.each([
    ['order', 'order'],
    ['order=0', 'order=0'],
    ['order=10', 'order=10'],
    ['order=-1', 'order=-1'],
    ['order=2,stock=2', 'stock=2'],
    ['order=two', 'order=two'],
    ['order=2;cart=2', 'order=2;cart=2'],
    ['order=2,', ''],
    ['', ''],
  ])('When it is %s, then it says what it takes and what it got', (text, named) => {
    expect(() => readReplicas(text)).toThrow(
      `--replicas takes pairs such as order=2,inventory=2 (services: identity, product, inventory, cart, discount, order; 1 to 9 of each), but got "${named}".`,
    );
  });

  it('When a service is asked for by name, then only one of the six will do', () => {
    expect(readService('order')).toBe('order');
    expect(() => readService(undefined)).toThrow('Say which service: one of identity');
    expect(() => readService('orders')).toThrow('there is no "orders"');
  });
});
