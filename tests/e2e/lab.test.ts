import { describe, expect, it } from 'vitest';
import { auditShop } from '../support/audit.ts';
import { admin, call, customer, eventually, product } from '../support/client.ts';
import { openShop } from '../support/open-shop.ts';
import { removeFolder, startShop } from '../support/shop.ts';

const open = openShop();

interface RunView {
  status: string;
  orders: number;
  refusals: Record<string, number>;
  invariants: { name: string; holds: boolean }[];
}

describe('The race lab', () => {
  const finished = async (id: string): Promise<RunView> =>
    eventually(
      async () => (await open.seller.get(`/lab/runs/${id}`)).body,
      ({ status }) => status === 'finished' || status === 'failed',
      20_000,
    );

  it('When 40 buyers race for 10 units, then 10 get one and every invariant holds', async () => {
    const started = await open.seller.post('/lab/runs', { new: true, buyers: 40, units: 10 });
    expect(started.status).toBe(202);
    expect(started.headers.get('location')).toBe(`/api/v1/lab/runs/${started.body.id}`);
    const run = await finished(started.body.id);
    expect(run).toMatchObject({ status: 'finished', orders: 10, refusals: { OUT_OF_STOCK: 30 } });
    expect(run.invariants.filter(({ holds }) => !holds)).toEqual([]);
    expect(run.invariants.length).toBe(5);
    // What was made for the race does not stay among what buyers see.
    await eventually(
      async () => (await call(open.shop.url, 'GET', '/api/v1/products?category=Lab')).body.items,
      (items) => items.length === 0,
    );
  });

  it('When a voucher has fewer uses than there are buyers, then the others are refused', async () => {
    const { sku } = await product(open.seller, { stock: 3 });
    const started = await open.seller.post('/lab/runs', { sku, buyers: 20, units: 50, voucherUses: 5 });
    const run = await finished(started.body.id);
    expect(run).toMatchObject({ status: 'finished', orders: 5, refusals: { VOUCHER_REJECTED: 15 } });
  });

  it.each(['lockCart', 'applyVouchers', 'reserveInventory', 'createOrder', 'completeCart'])(
    'When the replies of %s are lost for a while, then no checkout is lost and nothing is left over',
    async (step) => {
      const fault = await open.seller.call('PUT', '/lab/faults', { body: { step, mode: 'lose', seconds: 1 } });
      expect(fault.body).toMatchObject({ step, mode: 'lose' });
      const started = await open.seller.post('/lab/runs', { new: true, buyers: 8, units: 5, voucherUses: 100 });
      const run = await finished(started.body.id);
      await open.seller.call('PUT', '/lab/faults', { body: { step, mode: 'lose', seconds: 0 } });
      expect(run.invariants.filter(({ holds }) => !holds)).toEqual([]);
      await eventually(
        async () => (await open.seller.get('/checkouts?status=running')).body.items,
        (items) => items.length === 0,
        15_000,
      );
      expect(await auditShop(open.shop)).toEqual([]);
    },
    40_000,
  );

  it('When a race is slow, then it is shown with its invariants while it runs, beside the fault that slows it', async () => {
    const fault = (seconds: number) =>
      open.seller.call('PUT', '/lab/faults', { body: { step: 'reserveInventory', mode: 'slow', seconds } });
    await fault(60);
    const { id } = (await open.seller.post('/lab/runs', { new: true, buyers: 3, units: 2 })).body;
    const lab = await eventually(
      async () => (await open.seller.get('/lab')).body,
      ({ runs }) => runs[0].status === 'running' && runs[0].invariants.length > 0,
    );
    expect(lab.runs[0]).toMatchObject({
      id,
      answered: 0,
      invariants: [
        { name: 'onHand ≥ reserved ≥ 0', holds: true },
        { name: 'uses ≤ limit', holds: true },
        { name: 'orders ≤ units', holds: true },
      ],
    });
    expect(lab.faults).toMatchObject([{ step: 'reserveInventory', mode: 'slow' }]);
    await fault(0);
    expect((await open.seller.get('/lab')).body.faults).toEqual([]);
    expect(await finished(id)).toMatchObject({ status: 'finished', orders: 2 });
  });

  it('When a run is asked for that makes no sense, or by a customer, then it is refused', async () => {
    const kim = await customer(open.shop.url);
    expect((await kim.get('/lab')).body.code).toBe('FORBIDDEN');
    expect((await kim.post('/lab/runs', { new: true, buyers: 1, units: 1 })).body.code).toBe('FORBIDDEN');
    for (const body of [
      { buyers: 1, units: 1 },
      { new: true, buyers: 0, units: 1 },
      { new: true, buyers: 1, units: -1 },
      { new: false, buyers: 1, units: 1 },
    ])
      expect((await open.seller.post('/lab/runs', body)).body.code).toBe('VALIDATION_FAILED');
    expect((await open.seller.post('/lab/runs', { sku: 'NOWHERE', buyers: 1, units: 1 })).body.code).toBe(
      'SKU_UNKNOWN',
    );
  });

  it('When LAB is off, then it is not there', async () => {
    const shop = await startShop({ env: { LAB: 'off' } });
    const seller = await admin(shop.url);
    // By its whole address: the document of the distributed form describes the lab all the same.
    const ask = (method: string, path: string, body?: object) =>
      call('', method, `${shop.url}/api/v1${path}`, { body }, seller.token);
    expect((await ask('GET', '/lab')).body.code).toBe('NOT_FOUND');
    expect((await ask('POST', '/lab/runs', { new: true, buyers: 1, units: 1 })).body.code).toBe('NOT_FOUND');
    expect((await ask('PUT', '/lab/faults', {})).body.code).toBe('NOT_FOUND');
    await shop.stop();
    removeFolder(shop.dataDir);
  });
});
