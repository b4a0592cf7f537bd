import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { eventually, stockOf } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';
import { rawCall } from '../support/raw-call.ts';

const open = openShop();
const header = 'Handle,Title,Variant Price,Variant SKU,Variant Inventory Qty';
const sheet = (...rows: string[]) => [header, ...rows].join('\r\n');
let made = 0;
/** A new prefix for handles, so that no test meets the products of another. */
const mark = () => `sheet${++made}x`;

const send = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  rawCall(open.shop.url, {
    ...{ method: 'POST', path: '/api/v1/products/import', body },
    headers: { Authorization: `Bearer ${open.seller.token}`, 'Content-Type': 'text/csv', ...headers },
  });
const result = (created: number, updated: number, skipped: number, errors: unknown[] = []) => ({
  status: 200,
  body: { created, updated, skipped, errors },
});
/** The products whose titles begin with the mark, as the public finds them. */
const titled = async (text: string): Promise<{ title: string; variants: { sku: string }[] }[]> =>
  (await open.seller.get(`/products?limit=100&search=${encodeURIComponent(text)}`)).body.items;
const rows = (prefix: string, count: number) =>
  Array.from(
    { length: count },
    (_, n) => `${prefix}-${n},${prefix} number ${n},${n % 50}.25,${prefix}-SKU-${n},${n % 9}`,
  );

describe('Sheets in every dress', () => {
  it.each([
    ['has a byte order mark', (m: string) => `\ufeff${sheet(`${m},Mug ${m},1.5,${m},3`)}`, 'Mug'],
    ['ends its lines in LF', (m: string) => sheet(`${m},Mug ${m},1.5,${m},3`).replaceAll('\r\n', '\n'), 'Mug'],
    ['ends its lines in CR', (m: string) => sheet(`${m},Mug ${m},1.5,${m},3`).replaceAll('\r\n', '\r'), 'Mug'],
    ['has blank lines', (m: string) => `\r\n${sheet('', `${m},Mug ${m},1.5,${m},3`, '', '')}\r\n`, 'Mug'],
    ['has rows of commas', (m: string) => sheet(',,,,', `${m},Mug ${m},1.5,${m},3`, ',,,,'), 'Mug'],
    ['quotes commas', (m: string) => sheet(`${m},"Mug, large ${m}",1.5,${m},3`), 'Mug, large'],
    ['doubles quotes', (m: string) => sheet(`${m},"Mug ""large"" ${m}",1.5,${m},3`), 'Mug "large"'],
    ['breaks a line in a cell', (m: string) => sheet(`${m},"Mug\r\nlarge ${m}",1.5,${m},3`), 'Mug large'],
    [
      'has columns that nobody knows',
      (m: string) => `${header},Colour of the moon\r\n${m},Mug ${m},1.5,${m},3,blue`,
      'Mug',
    ],
    [
      'has columns in another case and order',
      (m: string) => `TITLE,handle,  variant   PRICE ,Variant SKU\r\nMug ${m},${m},1.5,${m}`,
      'Mug',
    ],
    ['leaves cells away at the end', (m: string) => sheet(`${m},Mug ${m},1.5`), 'Mug'],
    ['has a title that is a formula', (m: string) => sheet(`${m},=HYPERLINK(1) ${m},1.5,${m},3`), '=HYPERLINK(1)'],
    ['has a control character in a title', (m: string) => sheet(`${m},Mug\u0007${m},1.5,${m},3`), 'Mug'],
  ])('When a sheet %s, then its product is there', async (_what, csv, title) => {
    const m = mark();
    expect(await send(csv(m))).toMatchObject(result(1, 0, 0));
    expect((await titled(m)).map((one) => one.title)).toEqual([`${title} ${m}`]);
    expect(await send(csv(m))).toMatchObject(result(0, 0, 1));
  });

  it('When options are named like the insides of objects, then they are names like others', async () => {
    const m = mark();
    const csv = `${header},Option1 Name,Option1 Value,Option2 Name,Option2 Value\n${m},Mug ${m},1,,,constructor,a,toString,b`;
    expect(await send(csv)).toMatchObject(result(1, 0, 0));
    const [mug] = (await titled(m)) as unknown as [{ variants: [{ options: object }] }];
    expect(mug.variants[0].options).toEqual({ constructor: 'a', toString: 'b' });
  });
});

/** Bytes of all kinds, always the same. */
const junk = Uint8Array.from({ length: 5000 }, (_, n) => (n * 197 + (n >> 3)) % 256);

describe('Sheets that are none', () => {
  it.each([
    ['empty', '', /a body is required/],
    ['a line end', '\n', /The CSV is empty/],
    ['without a handle', 'Title,Variant Price\nA,1', /no column Handle/],
    ['without any known column', 'a;b;c\n1;2;3', /no column Handle, Title, Variant Price/],
    ['separated by semicolons', header.replaceAll(',', ';'), /no column Handle, Title, Variant Price/],
    ['separated by tabs', header.replaceAll(',', '\t'), /no column Handle, Title, Variant Price/],
    ['a column twice', `${header},title\na,A,1,,,B`, /the column Title more than once/],
    ['JSON', '[{"Handle":"a"}]', /can not be read|no column/],
    ['binary', junk, /not UTF-8/],
    ['half a character', Uint8Array.from([0x48, 0x61, 0xe2, 0x82]), /not UTF-8/],
    ['half a surrogate pair', Uint8Array.from([...Buffer.from(header), 0x0a, 0xed, 0xa0, 0x80]), /not UTF-8/],
    ['Latin-1', Buffer.from(sheet('a,Fähre,1,,'), 'latin1'), /not UTF-8/],
    ['UTF-16', Buffer.from(`\ufeff${sheet('a,A,1,,')}`, 'utf16le'), /not UTF-8/],
    ['NUL in a cell', sheet('a,A\0B,1,,'), /NUL/],
    ['a quote that never ends', sheet('a,"A,1,,'), /can not be read: Quote Not Closed/],
    ['a quote in the middle of a cell', sheet('a,A "large" mug,1,,'), /can not be read/],
    ['text after a quote', sheet('a,"A"B,1,,'), /can not be read/],
  ])('When the sheet is %s, then it is refused whole and the sentence says why', async (_what, csv, sentence) => {
    const { status, body } = await send(csv);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.detail).toMatch(sentence);
  });

  it('When a cell has no end in sight, then it is refused before all of it is read', async () => {
    const { status, body } = await send(sheet(`a,"${'x'.repeat(2_000_000)}`));
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it.each([
    ['20,001 rows', () => sheet(...Array.from({ length: 20_001 }, () => 'a,A,1,,')), /at most 20000 rows/],
    ['10 MiB and a byte', () => 'x'.repeat(10 * 1024 * 1024 + 1), /at most 10485760 bytes/],
  ])('When the sheet has %s, then it is 413', async (_what, csv, sentence) => {
    const { status, body } = await send(csv());
    expect([status, body.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(body.detail).toMatch(sentence);
  });

  it.each([
    'application/json',
    'text/plain',
    'application/vnd.ms-excel',
    'text/csv; charset=windows-1252',
    'multipart/form-data',
  ])('When the sheet comes as %s, then it is 415', async (type) => {
    expect((await send(sheet(), { 'Content-Type': type })).body.code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('When the sheet is only a header, then nothing is to be done', async () => {
    expect(await send(header)).toMatchObject(result(0, 0, 0));
  });
});

describe('Rows that are bad', () => {
  it.each([
    ['-1', 'Variant Price "-1" is not a plain decimal such as 19.90'],
    ['"1,99"', 'Variant Price "1,99" is not a plain decimal such as 19.90'],
    ['1e3', 'Variant Price "1e3" is not a plain decimal such as 19.90'],
    ['1.999', 'Variant Price "1.999" is not a plain decimal such as 19.90'],
    ['.5', 'Variant Price ".5" is not a plain decimal such as 19.90'],
    ['5.', 'Variant Price "5." is not a plain decimal such as 19.90'],
    ['+5', 'Variant Price "+5" is not a plain decimal such as 19.90'],
    ['0x10', 'Variant Price "0x10" is not a plain decimal such as 19.90'],
    ['$5', 'Variant Price "$5" is not a plain decimal such as 19.90'],
    ['"1 000"', 'Variant Price "1 000" is not a plain decimal such as 19.90'],
    ['NaN', 'Variant Price "NaN" is not a plain decimal such as 19.90'],
    ['Infinity', 'Variant Price "Infinity" is not a plain decimal such as 19.90'],
    ['\u0661\u0662', 'Variant Price "\u0661\u0662" is not a plain decimal such as 19.90'],
    ['\uff11\uff12', 'Variant Price "\uff11\uff12" is not a plain decimal such as 19.90'],
    ['99999999999999999999', 'Variant Price "99999999999999999999" is not a plain decimal such as 19.90'],
    ['1000000.01', 'variants[0].price.amount must be less than or equal to 100000000'],
  ])('When a price is %s, then its row says so and the rows around it are in', async (price, message) => {
    const m = mark();
    const csv = sheet(`${m}-a,${m} A,1,,`, `${m}-b,${m} B,${price},,`, `${m}-c,${m} C,3,,`);
    expect(await send(csv)).toMatchObject(result(2, 0, 1, [{ row: 3, message }]));
    expect((await titled(m)).map(({ title }) => title).sort()).toEqual([`${m} A`, `${m} C`]);
  });

  it.each([
    ['the handle is a path', (m: string) => `../${m},${m} B,1,,`, /^Handle must be 1 to 120 lower-case letters/],
    ['the handle is missing', (m: string) => `,${m} B,1,,`, /^Handle is missing/],
    ['the title is missing', (m: string) => `${m}-b,,1,,`, /^Title is missing/],
    ['the title can not be seen', (m: string) => `${m}-b,\u200b,1,,`, /^title must be something to read/],
    ['the title has 256 letters', (m: string) => `${m}-b,${'x'.repeat(256)},1,,`, /^title length/],
    ['the SKU has 65 letters', (m: string) => `${m}-b,B,1,${'s'.repeat(65)},`, /^variants\[0\].sku length/],
    ['the SKU has a zero-width space', (m: string) => `${m}-b,B,1,A\u200bB,`, /sku must be text without invisible/],
    ['the SKU is two dots', (m: string) => `${m}-b,B,1,..,`, /sku must be text of more than dots/],
    ['the stock is negative', (m: string) => `${m}-b,B,1,,-1`, /^Variant Inventory Qty "-1"/],
    ['the stock is a fraction', (m: string) => `${m}-b,B,1,,1.5`, /^Variant Inventory Qty "1.5"/],
    ['the stock is beyond a million', (m: string) => `${m}-b,B,1,,1000001`, /initialStock must be less than/],
    ['the row is longer than the header', (m: string) => `${m}-b,B,1,,,surplus`, /^The row has more cells/],
    ['the SKU belongs to the row before', (m: string) => `${m}-b,B,1,${m}-A,`, /^SKU .* belongs to another product/],
  ])('When %s, then its row says so and the rows around it are in', async (_what, bad, sentence) => {
    const m = mark();
    const { status, body } = await send(sheet(`${m}-a,${m} A,1,${m}-A,`, bad(m), `${m}-c,${m} C,3,,`));
    expect([status, body.created, body.updated]).toEqual([200, 2, 0]);
    expect(body.errors).toEqual([{ row: 3, message: expect.stringMatching(sentence) }]);
    expect(await titled(m)).toHaveLength(2);
  });

  it.each([['javascript:alert(1)'], ['//evil.example/a.png'], ['data:text/html;x'], ['/a.png" onerror="x']])(
    'When a picture is %s, then its row says so',
    async (url) => {
      const { body } = await send(`${header},Image Src\r\n${mark()},B,1,,,"${url.replaceAll('"', '""')}"`);
      expect(body.errors).toEqual([{ row: 2, message: expect.stringContaining('http(s) URL or path') }]);
    },
  );
});

describe('Long imports', () => {
  it('When 5,000 products are imported, then progress is told while it runs and the shop serves meanwhile', async () => {
    const m = mark();
    const started = performance.now();
    const response = await fetch(`${open.shop.url}/api/v1/products/import`, {
      method: 'POST',
      body: sheet(...rows(m, 5000)),
      headers: {
        Authorization: `Bearer ${open.seller.token}`,
        ...{ 'Content-Type': 'text/csv', Accept: 'application/x-ndjson' },
      },
    });
    const seen: { at: number; line: { done?: number; total?: number; created?: number } }[] = [];
    let slowest = 0;
    let waiting = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const lines = (waiting + decoder.decode(chunk, { stream: true })).split('\n');
      waiting = lines.pop() ?? '';
      for (const line of lines) seen.push({ at: performance.now() - started, line: JSON.parse(line) });
      const asked = performance.now();
      expect((await open.seller.get('/cart')).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - asked);
    }
    expect(seen[0]?.line).toEqual({ done: 0, total: 5000 });
    expect(seen.at(-1)?.line).toEqual({ created: 5000, updated: 0, skipped: 0, errors: [] });
    // Told as it goes, not all at its end: half of the time lies between the first line and the last.
    expect(seen.at(-1)?.at ?? 0).toBeGreaterThan(2 * (seen[0]?.at ?? 0));
    expect(seen.filter(({ line }) => line.done !== undefined).length).toBeGreaterThan(10);
    expect(slowest).toBeLessThan(2000);
    expect(await send(sheet(...rows(m, 5000)))).toMatchObject(result(0, 0, 5000));
  }, 60_000);

  it('When the client hangs up in the middle and sends the sheet again, then all is there once', async () => {
    const m = mark();
    const csv = sheet(...rows(m, 1500));
    const gone = new AbortController();
    const response = await fetch(`${open.shop.url}/api/v1/products/import`, {
      ...{ method: 'POST', body: csv, signal: gone.signal },
      headers: {
        Authorization: `Bearer ${open.seller.token}`,
        ...{ 'Content-Type': 'text/csv', Accept: 'application/x-ndjson' },
      },
    });
    await response.body?.getReader().read();
    gone.abort();
    const { body } = await send(csv);
    expect(body).toMatchObject({ updated: 0, errors: [] });
    expect(body.created + body.skipped).toBe(1500);
    expect(await send(csv)).toMatchObject(result(0, 0, 1500));
    const last = await eventually(
      async () => (await open.seller.get(`/inventory?skus=${m}-SKU-0,${m}-SKU-8,${m}-SKU-1499`)).body.items,
      (items) => items.length === 3,
    );
    expect(last.map(({ onHand }: { onHand: number }) => onHand)).toEqual([0, 1499 % 9, 8]);
  }, 60_000);

  it('When a client hangs up while it sends, then nothing is imported and the next one is served', async () => {
    const m = mark();
    const gone = new AbortController();
    const half = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(sheet(`${m},${m} A,1,,`))),
    });
    const sent = fetch(`${open.shop.url}/api/v1/products/import`, {
      ...{ method: 'POST', body: half, duplex: 'half', signal: gone.signal },
      headers: { Authorization: `Bearer ${open.seller.token}`, 'Content-Type': 'text/csv' },
    } as RequestInit).catch(() => 'gone');
    await new Promise((resolve) => setTimeout(resolve, 200));
    gone.abort();
    expect(await sent).toBe('gone');
    expect(await titled(m)).toEqual([]);
    expect(await send(sheet(`${m},${m} A,1,,`))).toMatchObject(result(1, 0, 0));
  });

  it('When one sheet is imported twice at once, then each product is made once and its stock is set once', async () => {
    const m = mark();
    const csv = sheet(...rows(m, 300));
    const both = await Promise.all([send(csv), send(csv)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.flatMap(({ body }) => body.errors)).toEqual([]);
    expect(both.reduce((sum, { body }) => sum + body.created, 0)).toBe(300);
    await eventually(
      () => stockOf(open.shop.url, `${m}-SKU-7`),
      ({ onHand }) => onHand === 7,
    );
  }, 60_000);

  it('When all of that is over, then nothing failed, and every product has its stock', async () => {
    expect(await auditShop(open.shop)).toEqual([]);
    expect(open.shop.output()).not.toContain('"level":50');
    expect((await rawCall(open.shop.url, { method: 'GET', path: '/health/ready' })).body).toEqual({ status: 'ready' });
  });
});
