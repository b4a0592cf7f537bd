import { plainQuote } from '@shop/contracts/quote.ts';
import { expect, it } from 'vitest';
import { MAX_ATTEMPTS, placeOrder } from '../domain.ts';
import { begun, pivoted, START, snapshot } from '../testing/fixtures.ts';
import { type Bench, rollback } from '../testing/store-bench.ts';

export const auditing = ({ store }: Bench): void => {
  it('When all is said and done, then the audit finds nothing but what is under way', async () => {
    const breaches = await store().audit();
    expect(breaches.filter((breach) => !breach.includes(`${MAX_ATTEMPTS}`) && !/^saga .* is /.test(breach))).toEqual(
      [],
    );
  });

  it('When sagas wait for an operator, are old, or orders do not add up, then each is a sentence', async () => {
    const [forth, back] = [await pivoted(store()), await begun(store())];
    await store().park(forth);
    await store().compensate(back, rollback);
    await store().park(back);
    const old = await begun(store());
    const wrong = await begun(store());
    const order = placeOrder(wrong, snapshot, plainQuote(snapshot.lines, 'USD'), START);
    await store().pivot(wrong, [], { ...order, vouchers: [{ code: 'TEN', amount: 10 }] });
    expect(await store().audit()).toEqual(
      expect.arrayContaining([
        `saga ${forth.id} is parked, and waits for an operator to push it on`,
        `saga ${back.id} is parked, and waits for an operator to push it back`,
        `saga ${old.id} is running after 0 attempts`,
        `order ${wrong.orderId} does not add up`,
      ]),
    );
  });
};
