import { serve, type TestServer } from '@shop/platform/testing/http.ts';
import { systemIds } from '@shop/platform/time/system.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discountInternalRoutes, discountRoutes } from './routes.ts';
import { cancelled, checkoutOf, draft, product, type StartedDiscount, startDiscount } from './testing.ts';

let shop: StartedDiscount;
let server: TestServer;
let token: string;

beforeAll(async () => {
  shop = await startDiscount();
  server = await serve([...discountRoutes(shop.discount), ...discountInternalRoutes(shop.discount)], {
    clock: shop.clock,
  });
  token = await server.tokens.as({ id: systemIds.uuid(), role: 'admin' });
});
afterAll(() => server.close());

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  server.request(method, path, { token, body, headers });
const make = (fields: Parameters<typeof draft>[0]) => ask('POST', '/vouchers', draft(fields));
const paths = ({ body }: { body: { errors: { path: string }[] } }) => body.errors.map(({ path }) => path).sort();

describe('making a voucher', () => {
  it('When made, then it answers with its place, its tag and the defaults, and says discount.created', async () => {
    const answer = await make({ code: '  welcome10 ' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe('/api/v1/vouchers/WELCOME10');
    expect(answer.headers.get('etag')).toMatch(/^"1-/);
    expect(answer.body).toEqual({
      code: 'WELCOME10',
      type: 'percentage',
      value: 1000,
      scope: { kind: 'order' },
      combinable: true,
      priority: 100,
      active: true,
      used: 0,
      version: 1,
    });
    expect(await shop.said('discount.created')).toContainEqual({
      code: 'WELCOME10',
      type: 'percentage',
      active: true,
      version: 1,
    });
    expect((await ask('GET', '/vouchers/Welcome10')).body).toEqual(answer.body);
  });

  it('When made with every field, then all of them come back, moments in UTC', async () => {
    const everything = {
      code: 'EVERYTHING',
      type: 'buy_x_get_y' as const,
      value: { buy: 2, get: 1, percentOff: 5000 },
      scope: { kind: 'categories' as const, ids: ['Kitchen'] },
      minSubtotal: { amount: 5000, currency: 'USD' },
      usageLimit: 100,
      perUserLimit: 1,
      userIds: ['01900000-0000-7000-8000-000000000001'],
      startsAt: '2026-01-01T01:00:00+01:00',
      endsAt: '2027-01-01T00:00:00Z',
      combinable: false,
      priority: 5,
      active: false,
    };
    expect((await make(everything)).body).toEqual({
      ...everything,
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2027-01-01T00:00:00.000Z',
      used: 0,
      version: 1,
    });
  });

  it('When the code is taken in another case, then 409 VOUCHER_EXISTS, also when made at once', async () => {
    const answers = await Promise.all(['taken', 'TAKEN', 'Taken'].map((code) => make({ code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('VOUCHER_EXISTS');
  });

  it('When a code has look-alikes, spaces within or too many characters, then 400', async () => {
    for (const code of ['WЕLCOME', 'ı', 'A B', '', 'x'.repeat(41), 'Ä', 'A.B']) {
      expect([code, (await make({ code })).status]).toEqual([code, 400]);
    }
    expect((await ask('GET', `/vouchers/${encodeURIComponent('WЕLCOME')}`)).status).toBe(400);
  });

  it('When a code is written in full width, then it is the plain one', async () => {
    expect((await make({ code: 'ｗｉｄｅ' })).body.code).toBe('WIDE');
  });

  it('When the value does not fit the type, then 400 names each fault', async () => {
    const bad = { scope: { kind: 'skus', ids: [] }, priority: 1001, usageLimit: 0, extra: 1 };
    const answer = await ask('POST', '/vouchers', { ...draft({ code: 'BAD' }), ...bad, value: 10_001 });
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual(['extra', 'priority', 'scope.ids', 'usageLimit', 'value']);
    const foreign = await ask('POST', '/vouchers', { code: 'BAD', type: 'gift' });
    expect([foreign.status, paths(foreign)]).toEqual([400, ['type']]);
    const nowhere = await ask('POST', '/vouchers', { ...draft({ code: 'BAD' }), scope: { kind: 'moon' } });
    expect([nowhere.status, paths(nowhere)]).toEqual([400, ['scope.kind']]);
    for (const [type, value] of [
      ['percentage', 0],
      ['percentage', 1.5],
      ['percentage', '1000'],
      ['fixed_amount', { amount: 0, currency: 'USD' }],
      ['fixed_amount', 500],
      ['buy_x_get_y', { buy: 0, get: 1, percentOff: 10_000 }],
      ['buy_x_get_y', { buy: 1, get: 100, percentOff: 10_000 }],
      ['buy_x_get_y', { buy: 1, get: 1, percentOff: 10_001 }],
    ]) {
      expect((await ask('POST', '/vouchers', { ...draft({ code: 'BAD' }), type, value })).status).toBe(400);
    }
  });

  it('When it ends before it starts, then 400; when its money is foreign, then 400 CURRENCY_UNSUPPORTED', async () => {
    const ends = await make({ code: 'BAD', startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-02T00:00:00Z' });
    expect([ends.status, paths(ends)]).toEqual([400, ['endsAt']]);
    const euro = { amount: 100, currency: 'EUR' };
    expect((await make({ code: 'BAD', type: 'fixed_amount', value: euro })).body.code).toBe('CURRENCY_UNSUPPORTED');
    expect((await make({ code: 'BAD', minSubtotal: euro })).body.code).toBe('CURRENCY_UNSUPPORTED');
  });

  it('When someone else asks, then 401 or 403', async () => {
    const customer = await server.tokens.as({ id: systemIds.uuid(), role: 'customer' });
    expect((await server.request('GET', '/vouchers')).status).toBe(401);
    for (const [method, path] of [
      ['GET', '/vouchers'],
      ['GET', '/vouchers/WELCOME10'],
      ['PATCH', '/vouchers/WELCOME10'],
      ['DELETE', '/vouchers/WELCOME10'],
      ['GET', '/vouchers/WELCOME10/redemptions'],
      ['POST', '/vouchers'],
      ['POST', '/vouchers/preview'],
    ] as const) {
      expect((await server.request(method, path, { token: customer })).status).toBe(403);
    }
    const internal = await server.request('POST', '/internal/discount/quote', { token: customer, body: {} });
    expect([401, 403]).toContain(internal.status);
  });
});

describe('changing a voucher', () => {
  it('When fields are changed, then the others stay, the version rises and discount.updated is said', async () => {
    await make({ code: 'EDIT', usageLimit: 5, minSubtotal: { amount: 100, currency: 'USD' } });
    const answer = await ask('PATCH', '/vouchers/edit', { value: 2000, usageLimit: null, active: false });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toMatch(/^"2-/);
    expect(answer.body).toMatchObject({ value: 2000, minSubtotal: { amount: 100 }, active: false, version: 2 });
    expect(answer.body).not.toHaveProperty('usageLimit');
    expect(await shop.said('discount.updated')).toContainEqual({
      code: 'EDIT',
      type: 'percentage',
      active: false,
      version: 2,
    });
  });

  it('When the type changes, then the value must come along and fit', async () => {
    await make({ code: 'TYPED' });
    const alone = await ask('PATCH', '/vouchers/TYPED', { type: 'fixed_amount' });
    expect([alone.status, paths(alone)]).toEqual([400, ['value']]);
    const wrong = await ask('PATCH', '/vouchers/TYPED', { value: { buy: 1, get: 1, percentOff: 100 } });
    expect([wrong.status, paths(wrong)]).toEqual([400, ['value']]);
    const both = { type: 'fixed_amount', value: { amount: 500, currency: 'USD' } };
    expect((await ask('PATCH', '/vouchers/TYPED', both)).body).toMatchObject(both);
    const foreign = await ask('PATCH', '/vouchers/TYPED', { value: { amount: 500, currency: 'EUR' } });
    expect(foreign.body.code).toBe('CURRENCY_UNSUPPORTED');
  });

  it('When the code is sent, nothing is sent, or the dates no longer fit, then 400', async () => {
    await make({ code: 'FIXED', startsAt: '2026-03-01T00:00:00Z' });
    expect((await ask('PATCH', '/vouchers/FIXED', { code: 'OTHER' })).status).toBe(400);
    expect((await ask('PATCH', '/vouchers/FIXED', {})).status).toBe(400);
    expect((await ask('PATCH', '/vouchers/FIXED', { endsAt: '2026-02-01T00:00:00Z' })).status).toBe(400);
    expect((await ask('PATCH', '/vouchers/NOBODY', { value: 1 })).body.code).toBe('VOUCHER_NOT_FOUND');
  });

  it('When If-Match is stale, then 412; of two changes with the same tag one wins', async () => {
    const { headers } = await make({ code: 'GUARDED' });
    const tag = { 'If-Match': headers.get('etag') ?? '' };
    const answers = await Promise.all([2000, 3000].map((value) => ask('PATCH', '/vouchers/GUARDED', { value }, tag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await ask('PATCH', '/vouchers/GUARDED', { value: 1 }, tag)).body.code).toBe('VERSION_CONFLICT');
    expect((await ask('DELETE', '/vouchers/GUARDED', undefined, tag)).body.code).toBe('VERSION_CONFLICT');
    expect((await ask('PATCH', '/vouchers/GUARDED', { value: 1 }, { 'If-Match': '*' })).status).toBe(200);
  });

  it('When changes come at once without If-Match, then all take effect', async () => {
    await make({ code: 'BUSY' });
    await Promise.all([
      ask('PATCH', '/vouchers/BUSY', { value: 7 }),
      ask('PATCH', '/vouchers/BUSY', { priority: 7 }),
      ask('PATCH', '/vouchers/BUSY', { usageLimit: 7 }),
    ]);
    expect((await ask('GET', '/vouchers/BUSY')).body).toMatchObject({
      value: 7,
      priority: 7,
      usageLimit: 7,
      version: 4,
    });
  });

  it('When a limit would fall below the uses, then 409 LIMIT_BELOW_USED and nothing changes', async () => {
    await make({ code: 'SPENT', usageLimit: 9 });
    for (const userId of ['kim', 'kim', 'sam']) await shop.discount.apply(checkoutOf(['SPENT'], { userId }));
    expect((await ask('PATCH', '/vouchers/SPENT', { usageLimit: 2 })).body.code).toBe('LIMIT_BELOW_USED');
    expect((await ask('PATCH', '/vouchers/SPENT', { perUserLimit: 1 })).body.code).toBe('LIMIT_BELOW_USED');
    const fits = await ask('PATCH', '/vouchers/SPENT', { usageLimit: 3, perUserLimit: 2 });
    expect(fits.body).toMatchObject({ usageLimit: 3, perUserLimit: 2, used: 3, version: 2 });
  });

  it('When it is deleted, then it stops, stays readable, and a repeat does nothing', async () => {
    await make({ code: 'GONE' });
    await shop.discount.apply(checkoutOf(['GONE']));
    expect((await ask('DELETE', '/vouchers/gone')).status).toBe(204);
    expect((await ask('DELETE', '/vouchers/GONE')).status).toBe(204);
    expect((await ask('GET', '/vouchers/GONE')).body).toMatchObject({ active: false, used: 1, version: 2 });
    expect((await ask('GET', '/vouchers/GONE/redemptions')).body.items).toHaveLength(1);
    const said = (await shop.said('discount.updated')).filter(({ code }) => code === 'GONE');
    expect(said).toEqual([{ code: 'GONE', type: 'percentage', active: false, version: 2 }]);
    expect(await shop.discount.apply(checkoutOf(['GONE']))).toMatchObject({ errors: [{ reason: 'INACTIVE' }] });
    expect((await ask('DELETE', '/vouchers/NOBODY')).status).toBe(404);
  });

  it('When a voucher has not changed, then If-None-Match gets 304; a redemption shows in `used`', async () => {
    const { headers } = await make({ code: 'CACHED' });
    const tag = { 'If-None-Match': headers.get('etag') ?? '' };
    expect((await ask('GET', '/vouchers/CACHED', undefined, tag)).status).toBe(304);
    await shop.discount.apply(checkoutOf(['CACHED']));
    expect((await ask('GET', '/vouchers/CACHED', undefined, tag)).body).toMatchObject({ used: 1, version: 1 });
  });
});

describe('lists', () => {
  it('When vouchers are paged, then they come by code, each once, also those made meanwhile further on', async () => {
    for (const code of ['PAGE-2', 'PAGE_1', 'PAGE-10', 'PAGEA']) await make({ code });
    const codes: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `limit=2&cursor=${cursor}` : 'limit=2';
      const { body } = await ask('GET', `/vouchers?${query}`);
      codes.push(...body.items.map(({ code }: { code: string }) => code));
      cursor = body.nextCursor;
      if (codes.length === 2) await make({ code: 'ZZ-LAST' });
    } while (cursor);
    expect(codes).toEqual([...codes].sort());
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => code.startsWith('PAGE'))).toEqual(['PAGE-10', 'PAGE-2', 'PAGEA', 'PAGE_1']);
    expect(codes.at(-1)).toBe('ZZ-LAST');
  });

  it('When redemptions are paged, then the newest come first, those given back with releasedAt', async () => {
    await make({ code: 'LISTED' });
    const commands = [];
    for (let made = 0; made < 5; made += 1) {
      const command = checkoutOf(['LISTED'], { userId: `user ${made}`, notAfter: '2027-01-01T00:00:00Z' });
      await shop.discount.apply(command);
      commands.unshift(command);
      // Two of them at the same moment: ids decide.
      if (made !== 2) shop.clock.advance(1000);
    }
    await shop.deliver(...commands.slice(0, 1).map((command) => cancelled(command)));
    const first = await ask('GET', '/vouchers/LISTED/redemptions?limit=3');
    const rest = await ask('GET', `/vouchers/LISTED/redemptions?limit=3&cursor=${first.body.nextCursor}`);
    const items = [...first.body.items, ...rest.body.items];
    expect(items.map(({ orderId }) => orderId)).toEqual(commands.map(({ orderId }) => orderId));
    expect(items[0]).toMatchObject({ amount: { amount: 1000, currency: 'USD' }, userId: 'user 4' });
    expect(items.map(({ releasedAt }) => releasedAt !== undefined)).toEqual([true, false, false, false, false]);
    expect(rest.body.nextCursor).toBeNull();
    const foreign = await ask('GET', `/vouchers/WELCOME10/redemptions?cursor=${first.body.nextCursor}`);
    expect(foreign.body.code).toBe('INVALID_CURSOR');
    expect((await ask('GET', '/vouchers/NOBODY/redemptions')).status).toBe(404);
  });
});

describe('previewing a voucher', () => {
  it('When a draft is previewed, then it is priced as if it ran, with catalogue prices where none are sent', async () => {
    shop.products.push(product({ sku: 'CUP', price: 700 }));
    const voucher = draft({
      code: 'soon',
      scope: { kind: 'categories', ids: ['kitchen'] },
      active: false,
      startsAt: '2030-01-01T00:00:00Z',
      userIds: [systemIds.uuid()],
      perUserLimit: 1,
    });
    const lines = [
      { sku: 'CUP', quantity: 2 },
      { sku: 'NEW', quantity: 1, unitPrice: { amount: 500, currency: 'USD' } },
    ];
    const answer = await ask('POST', '/vouchers/preview', { voucher, lines });
    const usd = (amount: number) => ({ amount, currency: 'USD' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      lines: [
        { sku: 'CUP', quantity: 2, unitPrice: usd(700), discount: usd(140), total: usd(1260) },
        { sku: 'NEW', quantity: 1, unitPrice: usd(500), discount: usd(0), total: usd(500) },
      ],
      subtotal: usd(1900),
      discounts: [{ code: 'SOON', amount: usd(140) }],
      rejected: [],
      discountTotal: usd(140),
      total: usd(1760),
    });
    expect((await ask('GET', '/vouchers/SOON')).status).toBe(404);
  });

  it('When the cart does not fit the draft, then the preview says why', async () => {
    const { code: _, ...voucher } = draft({ code: 'x', minSubtotal: { amount: 501, currency: 'USD' } });
    const lines = [{ sku: 'NEW', quantity: 1, unitPrice: { amount: 500, currency: 'USD' } }];
    const answer = await ask('POST', '/vouchers/preview', { voucher, lines });
    expect(answer.body.rejected).toEqual([{ code: 'PREVIEW', reason: 'MIN_SUBTOTAL' }]);
  });

  it('When a SKU has no price anywhere, money is foreign or the draft is broken, then it is refused', async () => {
    const voucher = draft({ code: 'X' });
    const unknown = await ask('POST', '/vouchers/preview', { voucher, lines: [{ sku: 'NOWHERE', quantity: 1 }] });
    expect([unknown.body.code, unknown.body.errors]).toEqual(['SKU_UNKNOWN', [{ sku: 'NOWHERE' }]]);
    const euros = [{ sku: 'A', quantity: 1, unitPrice: { amount: 1, currency: 'EUR' } }];
    expect((await ask('POST', '/vouchers/preview', { voucher, lines: euros })).body.code).toBe('CURRENCY_UNSUPPORTED');
    const broken = await ask('POST', '/vouchers/preview', { voucher: { type: 'gift' }, lines: [] });
    expect([broken.status, paths(broken)]).toEqual([400, ['lines', 'voucher.type']]);
  });
});
