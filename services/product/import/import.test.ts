import { describe, expect, it } from 'vitest';
import { unique } from '../testing/products.ts';
import { aBody, aVariantBody, eventsIn, serveProducts } from '../testing/served.ts';

const shop = await serveProducts();
const { admin, importCsv } = shop;

const csv = (header: string, ...rows: string[]) => [header, ...rows].join('\r\n');
const counts = (created: number, updated: number, skipped: number, errors: unknown[] = []) => ({
  status: 200,
  body: { created, updated, skipped, errors },
});
const byHandle = async (handle: string) => {
  const [product] = await shop.store.byHandles([handle]);
  return (await admin('GET', `/products/${product?.id}`)).body;
};
const eventCount = async () => (await eventsIn(shop.pg)).length;
const simple = 'Handle,Title,Variant Price,Variant SKU,Variant Inventory Qty';

const shopify =
  'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text,Gift Card,Status';

describe('a product export', () => {
  const [mug, shirt] = [unique('mug'), unique('shirt')];
  const export_ = csv(
    shopify,
    `${mug},Trail mug,"<p>Keeps <b>tea</b> hot &amp; safe.</p><ul><li>350&nbsp;ml</li></ul>",Peak,Home > Mugs,Kitchen,"new, camping ,,new",TRUE,Colour,Blue,,,${mug}-B,300,7,14.00,20.00,https://cdn.example/blue.png?v=1,1,Blue mug,false,active`,
    `${shirt},"Shirt ""Ünïcode"" 杯",,,,Apparel,,false,Size,S,Fit,Slim,,,,9.5,,,,,,`,
    `${mug},,,,,,,,,Red,,,${mug}-R,300,0,14.50,,,,,,`,
    `${mug},,,,,,,,,,,,,,,,,/images/box.png,2,The box,,`,
    `${shirt},,,,,,,,,M,,Wide,,,3,10,,,,,,`,
    `${mug},,,,,,,,,,,,,,,,,/images/box.png,3,Again,,`,
  );

  it('When it is imported, then rows of a handle make one product, wherever they stand', async () => {
    expect(await importCsv(export_)).toMatchObject(counts(2, 0, 0));
    expect(await byHandle(mug)).toMatchObject({
      title: 'Trail mug',
      description: 'Keeps tea hot & safe.\n\n350 ml',
      brand: 'Peak',
      category: 'Kitchen',
      tags: ['new', 'camping'],
      status: 'active',
      images: [{ url: '/images/box.png', alt: 'The box' }],
      variants: [
        {
          ...{ sku: `${mug}-B`, price: { amount: 1400, currency: 'USD' }, options: { Colour: 'Blue' } },
          imageUrl: 'https://cdn.example/blue.png?v=1',
        },
        { sku: `${mug}-R`, price: { amount: 1450, currency: 'USD' }, options: { Colour: 'Red' } },
      ],
    });
    const made = await byHandle(shirt);
    expect(made).toMatchObject({ title: 'Shirt "Ünïcode" 杯', status: 'draft', category: 'Apparel', images: [] });
    expect(made.variants).toEqual([
      { sku: `${shirt}_s_slim`, price: { amount: 950, currency: 'USD' }, options: { Size: 'S', Fit: 'Slim' } },
      { sku: `${shirt}_m_wide`, price: { amount: 1000, currency: 'USD' }, options: { Size: 'M', Fit: 'Wide' } },
    ]);
    const stock = (await shop.eventsOf(made.id)).map(({ data }) => (data as { variants: unknown }).variants);
    expect(stock).toMatchObject([[{ sku: `${shirt}_s_slim` }, { initialStock: 3 }]]);
    expect(JSON.stringify(stock)).not.toContain('"initialStock":null');
  });

  it('When it is imported again, then nothing changes', async () => {
    const before = await eventCount();
    expect(await importCsv(export_)).toMatchObject(counts(0, 0, 2));
    expect(await importCsv(export_.replace('Keeps', 'Still keeps'))).toMatchObject(counts(0, 1, 1));
    expect(await eventCount()).toBe(before + 1);
  });

  it('When the stock of a known SKU differs, then nothing changes, as stock is set for new SKUs only', async () => {
    const more = export_.replace(',300,7,', ',300,700,').replace('Keeps', 'Still keeps');
    expect(await importCsv(more)).toMatchObject(counts(0, 0, 2));
  });
});

describe('what an import touches', () => {
  it('When the sheet has few columns, then the other fields stay', async () => {
    const [handle, sku] = [unique('kept'), unique('SKU')];
    const { body } = await admin(
      'POST',
      '/products',
      aBody({
        ...{ handle, description: 'Long\ntext', brand: 'Peak', category: 'Kitchen', tags: ['a'], status: 'archived' },
        images: [{ url: '/a.svg', alt: 'a' }],
        attributes: { volume: 350 },
        variants: [aVariantBody({ sku, options: { Colour: 'blue' }, imageUrl: '/b.svg' })],
      }),
    );
    const { brand: _, ...rest } = body;
    expect(await importCsv(csv(`${simple},Vendor`, `${handle},New title,20,${sku},5,Summit`))).toMatchObject(
      counts(0, 1, 0),
    );
    const price = { amount: 2000, currency: 'USD' };
    expect(await byHandle(handle)).toEqual({
      ...{ ...rest, title: 'New title', brand: 'Summit', version: 2, updatedAt: expect.any(String) },
      variants: [{ ...body.variants[0], price }],
    });
    await importCsv(csv(`${simple},Published,Tags`, `${handle},New title,20,${sku},5,yes,`));
    expect(await byHandle(handle)).toMatchObject({ status: 'active', tags: [], attributes: { volume: 350 } });
  });

  it('When a product is imported, then the public reads what the sheet says at once', async () => {
    const [handle, sku] = [unique('fresh'), unique('SKU')];
    await importCsv(csv(simple, `${handle},Old,1,${sku},`));
    const { id } = await byHandle(handle);
    const title = async () => (await shop.anyone('GET', `/products/${id}`)).body.title;
    expect(await title()).toBe('Old');
    await importCsv(csv(simple, `${handle},New,1,${sku},`));
    expect(await title()).toBe('New');
  });

  it('When a deleted product is in the sheet, then it is revived under its id', async () => {
    const [handle, sku] = [unique('again'), unique('SKU')];
    const sheet = csv(simple, `${handle},Again,1,${sku},5`);
    await importCsv(sheet);
    const { id } = await byHandle(handle);
    await admin('DELETE', `/products/${id}`);
    expect(await importCsv(sheet)).toMatchObject(counts(1, 0, 0));
    expect(await byHandle(handle)).toMatchObject({ id, version: 3, status: 'active', attributes: {} });
    expect(await importCsv(sheet)).toMatchObject(counts(0, 0, 1));
  });

  it('When a product has no options, then the placeholder of the export is none', async () => {
    const handle = unique('plain');
    const sheet = csv(`${simple},Option1 Name,Option1 Value`, `${handle},Plain,1,,,Title,Default Title`);
    await importCsv(sheet);
    expect((await byHandle(handle)).variants).toEqual([
      { sku: handle, price: { amount: 100, currency: 'USD' }, options: {} },
    ]);
  });
});

describe('bad rows', () => {
  it('When rows are bad, then their handles are skipped whole and each fault is reported at its row', async () => {
    const [good, bad, picture, taken] = [unique('good'), unique('bad'), unique('picture'), unique('taken')];
    const mine = unique('MINE');
    await admin('POST', '/products', aBody({ variants: [aVariantBody({ sku: mine })] }));
    const before = await eventCount();
    const { status, body } = await importCsv(
      csv(
        `${simple},Image Src,Published,Option1 Name,Option1 Value`,
        `${good},Good,1.5,${good},`,
        `${bad},Bad,1,${bad}-1,`,
        `${bad},,"1,50",${bad}-2,`,
        `${bad},,,${bad}-3,-1`,
        `,No handle,1,X,`,
        `Not A Handle,Title,1,Y,`,
        `${picture},Picture,1,${picture},,javascript:alert(1)`,
        `${taken},Taken,1,${taken},`,
        `${taken},,1,${mine},`,
        `${unique('u')},,1,,`,
        `${unique('v')},V,1,,,,perhaps`,
        `${unique('w')},W,1,,,,,,XL`,
        `${unique('x')},X,1,,,,,Size,XL,one too many`,
        `${unique('y')},Y,1000000.01,,1000001`,
        `${unique('z')},Z,,,,/z.png`,
        `${unique('s')},S,1,${'s'.repeat(65)},`,
      ),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ created: 1, updated: 0, skipped: 11 });
    expect(body.errors.map(({ row, message }: { row: number; message: string }) => `${row}: ${message}`)).toEqual([
      '4: Variant Price "1,50" is not a plain decimal such as 19.90',
      '5: Variant Price is missing',
      '5: Variant Inventory Qty "-1" is not a whole number from 0',
      '6: Handle is missing',
      '7: Handle must be 1 to 120 lower-case letters, digits and hyphens',
      expect.stringMatching(/^8: .*imageUrl.*http\(s\) URL or path/),
      `10: SKU ${mine} belongs to another product`,
      '11: Title is missing in the first row of the handle',
      '12: Published "perhaps" is neither true nor false',
      '13: Option1 Value has no Option1 Name',
      '14: The row has more cells than the header',
      expect.stringMatching(/^15: .*100000000/),
      expect.stringMatching(/^15: .*1000000/),
      '16: The product has no row with a Variant Price',
      expect.stringMatching(/^17: .*64/),
    ]);
    expect(await eventCount()).toBe(before + 1);
    expect(await shop.store.byHandles([bad, picture, taken])).toEqual([]);
    // What the skipped product wanted besides is still free.
    expect((await admin('POST', '/products', aBody({ variants: [aVariantBody({ sku: taken })] }))).status).toBe(201);
  });

  it('When two handles want one SKU, then the first gets it; a product can not have it twice', async () => {
    const [one, two, twice, sku] = [unique('one'), unique('two'), unique('twice'), unique('SKU')];
    const sheet = csv(
      simple,
      `${one},One,1,${sku},`,
      `${two},Two,1,${sku},`,
      `${twice},Twice,1,${twice},`,
      `${twice},,2,${twice},`,
    );
    const errors = [
      { row: 3, message: `SKU ${sku} belongs to another product` },
      { row: 5, message: `SKU "${twice}" appears twice in the product` },
    ];
    expect(await importCsv(sheet)).toMatchObject(counts(1, 0, 2, errors));
    expect(await importCsv(sheet)).toMatchObject(counts(0, 0, 3, errors));
  });

  it.each([
    ['no Handle', 'Title,Variant Price\nA,1'],
    ['no Title', 'Handle,Variant Price\na,1'],
    ['no Variant Price', 'Handle,Title\na,A'],
    ['nothing', ''],
    ['an open quote', `${simple}\na,"A,1`],
  ])('When the sheet has %s, then it is refused before anything is written', async (_, sheet) => {
    const { status, body } = await importCsv(sheet);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('When the sheet is too long or too large, then it is refused', async () => {
    const tooLarge = { status: 413, body: { code: 'BODY_TOO_LARGE' } };
    expect(await importCsv(`${simple}\n${'a,A,1,,\n'.repeat(20_001)}`)).toMatchObject(tooLarge);
    expect(await importCsv(`${simple}\n${'x'.repeat(10 * 1024 * 1024)}`)).toMatchObject(tooLarge);
  });

  it('When the body is no CSV or its sender no admin, then it is refused', async () => {
    expect((await admin('POST', '/products/import', { a: 1 })).status).toBe(415);
    const type = { 'Content-Type': 'text/csv' };
    expect((await shop.customer('POST', '/products/import', simple, type)).status).toBe(403);
  });
});

describe('large imports', () => {
  const rows = (mark: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${mark}-${n},Product ${n},${n % 50}.25,${mark}-SKU-${n},${n % 9}`);

  it('When 5,000 products are imported, then it takes seconds, and progress is told line by line', async () => {
    const sheet = csv(simple, ...rows(unique('bulk'), 5000));
    const began = performance.now();
    const { status, headers, body } = await importCsv(sheet, { Accept: 'application/x-ndjson' });
    const seconds = (performance.now() - began) / 1000;
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = String(body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({ created: 5000, updated: 0, skipped: 0, errors: [] });
    expect(lines.slice(0, 2)).toEqual([
      { done: 0, total: 5000 },
      { done: 100, total: 5000 },
    ]);
    expect(lines.at(-2)).toEqual({ done: 5000, total: 5000 });
    expect(seconds).toBeLessThan(15);
    expect(await importCsv(sheet)).toMatchObject(counts(0, 0, 5000));
  }, 60_000);

  it('When one sheet is imported by several at once, then each product is made once', async () => {
    const mark = unique('race');
    const sheet = csv(simple, ...rows(mark, 250));
    const before = await eventCount();
    const all = await Promise.all(Array.from({ length: 4 }, () => importCsv(sheet)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(all.map(({ body }) => body.errors)).toEqual([[], [], [], []]);
    expect(all.reduce((sum, { body }) => sum + body.created, 0)).toBe(250);
    expect(all.map(({ body }) => body.created + body.updated + body.skipped)).toEqual([250, 250, 250, 250]);
    expect(await eventCount()).toBe(before + 250);
  });

  it('When an import is cut off, then its products are whole, and running it again completes it', async () => {
    const mark = unique('cut');
    const pairs = rows(mark, 600).flatMap((row, n) => [row, `${mark}-${n},,3,${mark}-TWO-${n},`]);
    const sheet = csv(simple, ...pairs);
    const hangUp = new AbortController();
    const steps = await shop.service.import.start(sheet, hangUp.signal);
    if ('ok' in steps) throw new Error(steps.detail);
    await steps.next();
    await steps.next();
    hangUp.abort();
    for (let step = await steps.next(); !step.done; step = await steps.next());
    const made = await shop.store.byHandles(Array.from({ length: 600 }, (_, n) => `${mark}-${n}`));
    expect(made).toHaveLength(100);
    for (const { variants } of made) expect(variants).toHaveLength(2);
    expect(await importCsv(sheet)).toMatchObject(counts(500, 0, 100));
  });
});

describe('streams', () => {
  it('When the client hangs up in the middle, then running the import again completes it', async () => {
    const mark = unique('gone');
    const sheet = csv(simple, ...Array.from({ length: 1500 }, (_, n) => `${mark}-${n},P,1,${mark}-SKU-${n},`));
    const hangUp = new AbortController();
    const response = await fetch(`${shop.url}/api/v1/products/import`, {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${shop.tokens.admin}`, 'Content-Type': 'text/csv' },
        Accept: 'application/x-ndjson',
      },
      body: sheet,
      signal: hangUp.signal,
    });
    await response.body?.getReader().read();
    hangUp.abort();
    const { status, body } = await importCsv(sheet);
    expect([status, body.updated, body.errors]).toEqual([200, 0, []]);
    expect(body.created + body.skipped).toBe(1500);
    expect(await shop.store.bySkus(Array.from({ length: 1500 }, (_, n) => `${mark}-SKU-${n}`))).toHaveLength(1500);
  });
});

describe('other currencies', () => {
  it('When the shop sells in yen, then prices have no decimals', async () => {
    const yen = await serveProducts({ currency: 'JPY' });
    const [whole, broken] = [unique('whole'), unique('broken')];
    const sheet = csv(simple, `${whole},Whole,1999,,`, `${broken},Broken,1999.00,,`);
    expect(await yen.importCsv(sheet)).toMatchObject(
      counts(1, 0, 1, [{ row: 3, message: 'Variant Price "1999.00" is not a plain decimal such as 1999' }]),
    );
    expect(await yen.store.byHandles([whole])).toMatchObject([{ currency: 'JPY', variants: [{ price: 1999 }] }]);
  });
});
