import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { unique } from './testing/products.ts';
import { aBody, aVariantBody, serveProducts } from './testing/served.ts';

const shop = await serveProducts();
const { admin, anyone, customer } = shop;

const create = async (fields: Record<string, unknown> = {}) => {
  const { status, body } = await admin('POST', '/products', aBody(fields));
  expect(status).toBe(201);
  return body;
};

describe('creating', () => {
  it('When an admin adds a product, then it is answered with its place and tag, and is open to all', async () => {
    const shown = aVariantBody({ options: { Size: 'XL', Colour: 'blue' }, imageUrl: '/blue.svg' });
    const variant = { ...shown, initialStock: 4 };
    const { status, headers, body } = await admin(
      'POST',
      '/products',
      aBody({ title: 'Ünïque Trail Mug', tags: ['new'], attributes: { volume: 350 }, variants: [variant] }),
    );
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/products/${body.id}`);
    expect(body).toMatchObject({
      handle: 'unique-trail-mug',
      status: 'active',
      version: 1,
      description: '',
      images: [],
    });
    expect(body.variants).toEqual([shown]);
    const got = await anyone('GET', `/products/${body.id}`);
    expect(got.body).toEqual(body);
    expect(got.headers.get('etag')).toBe(headers.get('etag'));
    const etag = headers.get('etag') ?? '';
    expect((await anyone('GET', `/products/${body.id}`, undefined, { 'If-None-Match': etag })).status).toBe(304);
    expect(await shop.eventsOf(body.id)).toEqual([
      {
        type: 'product.created',
        key: body.id,
        data: {
          ...{ id: body.id, handle: body.handle, title: body.title, category: '', brand: '', imageUrl: '/blue.svg' },
          ...{ currency: 'USD', status: 'active', version: 1 },
          variants: [{ ...shown, price: 1400, initialStock: 4 }],
        },
      },
    ]);
  });

  it('When others than admins write, then they are refused', async () => {
    const { id } = await create();
    for (const [method, path, body] of [
      ['POST', '/products', aBody()],
      ['PATCH', `/products/${id}`, { title: 'x' }],
      ['DELETE', `/products/${id}`, undefined],
    ] as const) {
      expect(await anyone(method, path, body)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
      expect(await customer(method, path, body)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    }
  });

  it.each([
    ['no title', { title: undefined }],
    ['a blank title', { title: '   ' }],
    ['a title with a control character', { title: 'a\u0000b' }],
    ['half a surrogate pair', { description: '\ud800' }],
    ['half a surrogate pair in an address', { images: [{ url: '/\ud800' }] }],
    ['no variants', { variants: [] }],
    ['401 variants', { variants: Array.from({ length: 401 }, () => aVariantBody()) }],
    ['a SKU twice', { variants: [aVariantBody({ sku: 'A' }), aVariantBody({ sku: 'A' })] }],
    ['a price in text', { variants: [aVariantBody({ price: { amount: '5', currency: 'USD' } })] }],
    ['a negative price', { variants: [aVariantBody({ price: { amount: -1, currency: 'USD' } })] }],
    ['a price beyond the limit', { variants: [aVariantBody({ price: { amount: 100_000_001, currency: 'USD' } })] }],
    ['part of a cent', { variants: [aVariantBody({ price: { amount: 0.5, currency: 'USD' } })] }],
    ['negative stock', { variants: [aVariantBody({ initialStock: -1 })] }],
    ['a handle in upper case', { handle: 'Mug' }],
    ['a handle of 121 characters', { handle: 'a'.repeat(121) }],
    ['a script for a picture', { images: [{ url: 'javascript:alert(1)' }] }],
    ['a picture on any host', { images: [{ url: '//evil.example/x.png' }] }],
    ['an unknown field', { colour: 'blue' }],
    ['an unknown status', { status: 'deleted' }],
    ['a tag twice', { tags: ['a', 'a'] }],
  ])('When a product has %s, then it is not valid', async (_, fields) => {
    const { status, body } = await admin('POST', '/products', aBody(fields));
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.errors.length).toBeGreaterThan(0);
  });

  it('When a price is free or the highest, then it is valid', async () => {
    const variants = [0, 100_000_000].map((amount) => aVariantBody({ price: { amount, currency: 'USD' } }));
    expect((await create({ variants })).variants.map(({ price }: never) => price)).toEqual(
      variants.map(({ price }) => price),
    );
  });

  it('When a price is in another currency, then it is refused and every such variant named', async () => {
    const variants = [aVariantBody(), aVariantBody({ price: { amount: 5, currency: 'EUR' } })];
    const refused = { status: 400, body: { code: 'CURRENCY_UNSUPPORTED' } };
    const posted = await admin('POST', '/products', aBody({ variants }));
    expect(posted).toMatchObject(refused);
    expect(posted.body.errors).toMatchObject([{ path: 'variants.1.price.currency' }]);
    const { id } = await create();
    expect(await admin('PATCH', `/products/${id}`, { variants })).toMatchObject(refused);
  });

  it('When titles are the same, then made handles are numbered; an explicit one that is taken is refused', async () => {
    const title = unique('Same title');
    const handles = [];
    for (let n = 0; n < 12; n += 1) handles.push((await create({ title })).handle);
    const base = handles[0];
    expect(handles).toEqual([base, ...Array.from({ length: 11 }, (_, n) => `${base}-${n + 2}`)]);
    expect(await admin('POST', '/products', aBody({ handle: base }))).toMatchObject({
      status: 409,
      body: { code: 'HANDLE_TAKEN' },
    });
  });

  it('When 40 products with one title are made at once, then each gets a handle of its own', async () => {
    const title = unique('Crowd');
    const all = await Promise.all(Array.from({ length: 40 }, () => admin('POST', '/products', aBody({ title }))));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 201));
    expect(new Set(all.map(({ body }) => body.handle)).size).toBe(40);
  });

  it('When 40 products claim one SKU at once, then one is made and the others are told which SKU', async () => {
    const sku = unique('WANTED');
    const all = await Promise.all(
      Array.from({ length: 40 }, () =>
        admin('POST', '/products', aBody({ title: 'Claim', variants: [aVariantBody(), aVariantBody({ sku })] })),
      ),
    );
    expect(all.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = all.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(39);
    for (const { body } of refused) expect(body).toMatchObject({ code: 'SKU_TAKEN', errors: [{ sku }] });
    const { body } = await shop.internal('POST', '/internal/product/bySkus', { skus: [sku] });
    expect(body.products).toHaveLength(1);
  });
});

describe('changing', () => {
  it('When fields are patched, then only they change, a version up, with an event', async () => {
    const made = await create({ brand: 'Peak' });
    await pause(2);
    const { status, body } = await admin('PATCH', `/products/${made.id}`, { title: 'New name', status: 'archived' });
    expect(status).toBe(200);
    expect(body).toEqual({ ...made, title: 'New name', status: 'archived', version: 2, updatedAt: body.updatedAt });
    expect(body.updatedAt > made.updatedAt).toBe(true);
    expect((await shop.eventsOf(made.id)).map(({ type, data }) => [type, data.version])).toEqual([
      ['product.created', 1],
      ['product.updated', 2],
    ]);
  });

  it('When a patch changes nothing, then there is no version and no event', async () => {
    const made = await create({ tags: ['a'], variants: [aVariantBody({ options: { a: '1' }, initialStock: 3 })] });
    const { version, createdAt, updatedAt, id, ...content } = made;
    const same = { ...content, variants: [{ ...made.variants[0], initialStock: 77 }] };
    for (const patch of [{}, { title: made.title }, same]) {
      expect((await admin('PATCH', `/products/${id}`, patch)).body).toEqual(made);
    }
    expect(await shop.eventsOf(id)).toHaveLength(1);
  });

  it('When If-Match is stale, then nothing changes; when it is current, then it does', async () => {
    const { id } = await create();
    const first = (await anyone('GET', `/products/${id}`)).headers.get('etag') ?? '';
    const patch = (title: string, tag: string) => admin('PATCH', `/products/${id}`, { title }, { 'If-Match': tag });
    expect(await patch('Two', first)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await patch('Three', first)).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT' } });
    expect(await patch('Three', 'W/"2"')).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await patch('Four', 'nonsense')).toMatchObject({ status: 400 });
    const stale = await admin('DELETE', `/products/${id}`, undefined, { 'If-Match': first });
    expect(stale).toMatchObject({ status: 412, body: { code: 'VERSION_CONFLICT' } });
    expect(await patch('Five', '*')).toMatchObject({ status: 200, body: { title: 'Five', version: 4 } });
  });

  it('When many patch at once with one If-Match, then one gets through', async () => {
    const { id } = await create();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        admin('PATCH', `/products/${id}`, { title: `T${n}` }, { 'If-Match': '"1"' }),
      ),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  it('When different fields are patched at once without If-Match, then every patch counts', async () => {
    const { id } = await create();
    const patches = [
      { title: 'T' },
      { description: 'D' },
      { brand: 'B' },
      { category: 'C' },
      { tags: ['t'] },
      { status: 'draft' },
      { attributes: { a: true } },
      { images: [{ url: '/i.svg', alt: 'i' }] },
      { handle: unique('moved') },
    ];
    const all = await Promise.all(patches.map((patch) => admin('PATCH', `/products/${id}`, patch)));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    const { body } = await admin('GET', `/products/${id}`);
    expect(body).toMatchObject({ ...Object.assign({}, ...patches), version: 1 + patches.length });
    const versions = (await shop.eventsOf(id)).map(({ data }) => data.version);
    expect(versions).toEqual(Array.from({ length: 1 + patches.length }, (_, n) => n + 1));
  });

  it('When variants are replaced, then removed SKUs stay taken, and stock of known SKUs stays what it was', async () => {
    const [old, kept] = [unique('OLD'), unique('KEPT')];
    const { id } = await create({
      variants: [aVariantBody({ sku: old }), aVariantBody({ sku: kept, initialStock: 5 })],
    });
    const fresh = unique('FRESH');
    const variants = [aVariantBody({ sku: kept, initialStock: 50 }), aVariantBody({ sku: fresh, initialStock: 7 })];
    await admin('PATCH', `/products/${id}`, { variants });
    expect((await shop.eventsOf(id)).at(-1)?.data).toMatchObject({
      variants: [
        { sku: kept, initialStock: 5 },
        { sku: fresh, initialStock: 7 },
      ],
    });
    for (const write of [
      admin('POST', '/products', aBody({ variants: [aVariantBody({ sku: old })] })),
      admin('PATCH', `/products/${(await create()).id}`, { variants: [aVariantBody({ sku: old })] }),
    ]) {
      expect(await write).toMatchObject({ status: 409, body: { code: 'SKU_TAKEN', errors: [{ sku: old }] } });
    }
  });

  it('When a patch takes the handle of another product, then it is refused', async () => {
    const [one, two] = [await create(), await create()];
    expect(await admin('PATCH', `/products/${one.id}`, { handle: two.handle })).toMatchObject({
      status: 409,
      body: { code: 'HANDLE_TAKEN' },
    });
  });

  it('When a product has had as many SKUs as one may, then it gets no new ones', async () => {
    const fill = () => ({ variants: Array.from({ length: 400 }, () => aVariantBody()) });
    const { id } = await create(fill());
    for (let n = 1; n < 10; n += 1) expect((await admin('PATCH', `/products/${id}`, fill())).status).toBe(200);
    expect(await admin('PATCH', `/products/${id}`, fill())).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    const before = (await admin('GET', `/products/${id}`)).body.variants[0];
    expect((await admin('PATCH', `/products/${id}`, { variants: [before] })).status).toBe(200);
  });
});

describe('deleting', () => {
  it('When a product is deleted, then it is gone for all, once, and its event carries a stripped product', async () => {
    const { id, handle, version } = await create({ category: 'Kitchen' });
    await anyone('GET', `/products/${id}`);
    expect((await admin('DELETE', `/products/${id}`)).status).toBe(204);
    for (const gone of [
      await anyone('GET', `/products/${id}`),
      await admin('GET', `/products/${id}`),
      await admin('DELETE', `/products/${id}`),
      await admin('PATCH', `/products/${id}`, { title: 'Back' }),
    ]) {
      expect(gone).toMatchObject({ status: 404, body: { code: 'PRODUCT_NOT_FOUND' } });
    }
    const event = (await shop.eventsOf(id)).at(-1);
    expect(event).toMatchObject({ type: 'product.deleted', data: { id, handle, status: 'deleted', variants: [] } });
    expect(event?.data.version).toBe(version + 1);
    const { body } = await shop.internal('POST', '/internal/product/byIds', { ids: [id] });
    expect(body.products).toEqual([event?.data]);
  });

  it('When a product is deleted twice at once, then one delete counts', async () => {
    const { id } = await create();
    const all = await Promise.all(Array.from({ length: 10 }, () => admin('DELETE', `/products/${id}`)));
    expect(all.map(({ status }) => status).sort()).toEqual([204, ...Array.from({ length: 9 }, () => 404)]);
    expect(await shop.eventsOf(id)).toHaveLength(2);
  });

  it('When the handle of a deleted product is asked for by name, then it is revived under its id', async () => {
    const sku = unique('BACK');
    const made = await create({ variants: [aVariantBody({ sku })] });
    await admin('DELETE', `/products/${made.id}`);
    const taken = await admin('POST', '/products', aBody({ variants: [aVariantBody({ sku })] }));
    expect(taken).toMatchObject({ status: 409, body: { code: 'SKU_TAKEN' } });
    const bodies = Array.from({ length: 5 }, () => aBody({ handle: made.handle, variants: [aVariantBody({ sku })] }));
    const all = await Promise.all(bodies.map((body) => admin('POST', '/products', body)));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(all.find(({ status }) => status === 201)?.body).toMatchObject({ id: made.id, version: 3, status: 'active' });
  });
});

describe('reading', () => {
  it('When a product is a draft, then it is not there for the public', async () => {
    const draft = await create({ status: 'draft' });
    for (const read of [anyone, customer]) {
      expect(await read('GET', `/products/${draft.id}`)).toMatchObject({
        status: 404,
        body: { code: 'PRODUCT_NOT_FOUND' },
      });
    }
    expect((await admin('GET', `/products/${draft.id}`)).body).toEqual(draft);
    await admin('PATCH', `/products/${draft.id}`, { status: 'active' });
    expect((await anyone('GET', `/products/${draft.id}`)).status).toBe(200);
    await admin('PATCH', `/products/${draft.id}`, { status: 'archived' });
    expect((await anyone('GET', `/products/${draft.id}`)).status).toBe(404);
  });

  it('When an id is written in capitals or is none, then it is found or refused', async () => {
    const { id } = await create();
    for (const read of [anyone, admin]) {
      expect((await read('GET', `/products/${id.toUpperCase()}`)).body.id).toBe(id);
      expect((await read('GET', '/products/nothing')).status).toBe(400);
    }
    expect((await admin('PATCH', `/products/${id.toUpperCase()}`, { title: 'Found' })).status).toBe(200);
  });

  it('When the list is read, then the public sees active products and admins choose', async () => {
    const brand = unique('Brand');
    const [draft, active] = [await create({ brand, status: 'draft' }), await create({ brand })];
    const ids = async (read: typeof admin, query = '') =>
      (await read('GET', `/products?brand=${brand}${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids(anyone)).toEqual([active.id]);
    expect(await ids(customer, '&status=active')).toEqual([active.id]);
    expect(await ids(admin)).toEqual([active.id, draft.id]);
    expect(await ids(admin, '&status=draft')).toEqual([draft.id]);
    expect(await anyone('GET', '/products?status=draft')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await customer('GET', '/products?status=archived')).toMatchObject({ status: 403 });
  });

  it('When pages are followed, then every product is seen once, and cursors serve their own list only', async () => {
    const category = unique('Category');
    const made = [];
    for (let n = 0; n < 5; n += 1) made.push((await create({ category, title: `Item ${n}` })).id);
    const read = (query: string) => anyone('GET', `/products?category=${category}&${query}`);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await read(`limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor ?? '';
    } while (cursor);
    expect(seen).toEqual(made.reverse());
    const { body } = await read('limit=2');
    const other = [`sort=title&cursor=${body.nextCursor}`, `brand=x&cursor=${body.nextCursor}`, 'cursor=nonsense'];
    for (const query of other)
      expect(await read(query)).toMatchObject({ status: 400, body: { code: 'INVALID_CURSOR' } });
    for (const query of ['limit=0', 'limit=101', 'sort=cheap', 'colour=red']) {
      expect(await read(query)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    }
  });

  it('When words are searched, then every word counts as a prefix and title hits come first', async () => {
    const mark = unique('x').replace('-', '');
    const tagged = await create({ title: 'Plate', tags: [`${mark} wide`] });
    const titled = await create({ title: `Große ${mark.toUpperCase()} Tasse` });
    const found = async (search: string, query = '') =>
      (await anyone('GET', `/products?search=${encodeURIComponent(search)}${query}`)).body.items.map(
        ({ id }: { id: string }) => id,
      );
    expect(await found(mark)).toEqual([titled.id, tagged.id]);
    expect(await found(mark, '&sort=-createdAt')).toEqual([titled.id, tagged.id]);
    expect(await found(mark, '&sort=title')).toEqual([titled.id, tagged.id]);
    expect(await found(`${mark.slice(0, -1)} WI`)).toEqual([tagged.id]);
    expect(await found(`${mark} ｇｒｏß`)).toEqual([titled.id]);
    expect(await found(`${mark} absent`)).toEqual([]);
    expect(await found(`'${mark}':* | ! & <-> ("`)).toEqual([titled.id, tagged.id]);
    expect(await found(titled.variants[0].sku)).toEqual([titled.id]);
  });

  it('When a search has no words, then the newest products are listed', async () => {
    const { id } = await create();
    for (const query of ['search=', 'search=%3F%21', 'sort=relevance', '']) {
      expect((await anyone('GET', `/products?limit=1&${query}`)).body.items[0].id).toBe(id);
    }
  });

  it('When products change, then facets and products read by the public follow at once', async () => {
    const category = unique('Facet');
    const count = async () =>
      (await anyone('GET', '/products/facets')).body.categories.find(({ name }: { name: string }) => name === category)
        ?.count;
    expect(await count()).toBeUndefined();
    const { id } = await create({ category });
    expect(await count()).toBe(1);
    await create({ category, status: 'draft' });
    expect(await count()).toBe(1);
    expect((await anyone('GET', `/products/${id}`)).body.version).toBe(1);
    await admin('PATCH', `/products/${id}`, { title: 'Fresh' });
    expect((await anyone('GET', `/products/${id}`)).body.title).toBe('Fresh');
    await admin('DELETE', `/products/${id}`);
    expect(await count()).toBeUndefined();
  });

  it('When another service asks by SKU or id, then it gets catalogue products, drafts too', async () => {
    const sku = unique('ASK');
    const { id } = await create({ status: 'draft', variants: [aVariantBody({ sku })] });
    const ask = (query: string, body: unknown) => shop.internal('POST', `/internal/product/${query}`, body);
    const bySkus = await ask('bySkus', { skus: [sku, 'unknown'] });
    expect(bySkus.body.products).toMatchObject([{ id, status: 'draft', variants: [{ sku, price: 1400 }] }]);
    expect((await ask('byIds', { ids: [id, '01900000-0000-7000-8000-00000000dead'] })).body).toEqual(bySkus.body);
    expect((await admin('POST', '/internal/product/bySkus', { skus: [sku] })).status).toBeGreaterThanOrEqual(400);
  });
});
