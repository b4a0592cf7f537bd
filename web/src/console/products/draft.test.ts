import type { Product } from '@shop/sdk/api.ts';
import { describe, expect, it } from 'vitest';
import { bodyOf, changesIn, draftOf, emptyProduct, newVariant } from './draft.ts';

const mug: Product = {
  id: '01900000-0000-7000-8000-0000000000aa',
  handle: 'mug',
  title: 'Mug',
  description: 'Holds tea.',
  images: [{ url: '/pictures/mug.svg', alt: 'A mug' }],
  brand: 'Acme',
  category: 'Kitchen',
  tags: ['tea'],
  attributes: {},
  status: 'active',
  variants: [
    { sku: 'MUG-BLU', price: { amount: 1400, currency: 'USD' }, options: { Colour: 'Blue' } },
    { sku: 'MUG-RED', price: { amount: 1450, currency: 'USD' }, options: { Colour: 'Red' }, imageUrl: '/red.svg' },
  ],
  version: 3,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

const read = (draft: ReturnType<typeof draftOf>) => {
  const found = bodyOf(draft, 'USD', mug);
  if (!('body' in found)) throw new Error([...found.faults].join());
  return found.body;
};

describe('A product in its form', () => {
  it('When nothing is edited, then nothing would be sent', () => {
    expect(changesIn(read(draftOf(mug)), mug)).toEqual({});
  });

  it('When a price and the tags are edited, then those are sent, variants as a whole', () => {
    const draft = draftOf(mug);
    const [first, second] = draft.variants;
    if (!first || !second) throw new Error('no variants');
    const variants = [{ ...first, price: '15' }, second];
    expect(changesIn(read({ ...draft, variants, tags: 'tea, gift' }), mug)).toEqual({
      tags: ['tea', 'gift'],
      variants: [{ ...mug.variants[0], price: { amount: 1500, currency: 'USD' } }, mug.variants[1]],
    });
  });

  it('When a variant is added, then it may bring its first stock; those that are there may not', () => {
    const draft = draftOf(mug);
    const added = { ...newVariant(), sku: 'MUG-GRE', price: '14', options: { Colour: 'Green' }, initialStock: '7' };
    const { variants } = read({ ...draft, variants: [...draft.variants, added] });
    expect(variants.map(({ initialStock }) => initialStock)).toEqual([undefined, undefined, 7]);
  });

  it('When fields can not be read, then each says so in its place', () => {
    const draft = { ...emptyProduct(), variants: [{ ...newVariant(), price: 'twelve', initialStock: '1.5' }] };
    const found = bodyOf(draft, 'USD');
    expect('faults' in found && [...found.faults.keys()]).toEqual([
      'title',
      'variants.0.sku',
      'variants.0.price',
      'variants.0.initialStock',
    ]);
  });
});
