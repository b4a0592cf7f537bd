import { describe, expect, it } from 'vitest';
import { criteriaOf, queryOf, withParam } from './criteria.ts';

const criteria = (text: string) => criteriaOf(new URLSearchParams(text));

describe('What the address asks the catalogue for', () => {
  it('When it is read, then what makes no sense is left out', () => {
    expect(criteria('search=+mug+&category=Kitchen&sort=price')).toEqual({
      search: 'mug',
      category: 'Kitchen',
      brand: '',
      sort: 'price',
    });
    expect(criteria('sort=relevance').sort).toBeUndefined();
    expect(criteria('sort=%27drop').sort).toBeUndefined();
    expect(criteria(`search=${'x'.repeat(500)}`).search).toHaveLength(200);
  });

  it('When nothing is said of the order, then a search is by relevance and the rest by age', () => {
    expect(queryOf(criteria('search=mug'), 24).sort).toBe('relevance');
    expect(queryOf(criteria(''), 24, 'next')).toEqual({ limit: 24, cursor: 'next', sort: '-createdAt' });
  });

  it('When one thing is changed, then the rest stays', () => {
    const params = new URLSearchParams('search=mug&brand=Tarnfell');
    expect(withParam(params, 'brand', '')).toBe('?search=mug');
    expect(withParam(params, 'category', 'Home textiles')).toBe('?search=mug&brand=Tarnfell&category=Home+textiles');
    expect(withParam(new URLSearchParams('sort=price'), 'sort', '')).toBe('');
  });
});
