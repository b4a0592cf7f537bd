import { expect, it } from 'vitest';
import { rebased } from './rebase.ts';

it('When an edit is put onto what others have saved, then theirs stays where the edit has touched nothing', () => {
  const before = { title: 'Mug', brand: 'Acme', tags: ['a'] };
  const theirs = { title: 'Big mug', brand: 'Other', tags: ['a', 'b'] };
  expect(rebased({ title: 'My mug', brand: 'Acme', tags: ['a'] }, before, theirs)).toEqual({
    title: 'My mug',
    brand: 'Other',
    tags: ['a', 'b'],
  });
});
