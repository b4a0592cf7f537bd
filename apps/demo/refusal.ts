import { money } from './printer.ts';
import type { Chapter } from './scene.ts';
import { buyAndWatch } from './timeline.ts';

/** Not enough in stock: every step that was done is undone, and the buyer may go on. */
export const refusal: Chapter = {
  title: 'A refusal and its rollback',
  async tell({ stage, page }) {
    const lamp = await stage.thing('Night lamp', 3990, 5);
    const terms = { usageLimit: 1, combinable: true, scope: { kind: 'order' as const } };
    const vouchers = [
      await stage.voucher('TEN', { ...terms, type: 'percentage', value: 1000, priority: 1 }),
      await stage.voucher('FIVE', { ...terms, type: 'fixed_amount', value: stage.money(500), priority: 2 }),
    ];
    const codes = vouchers.map(({ code }) => code);
    const uses = () => Promise.all(codes.map(async (code) => (await stage.seller.vouchers.get(code)).used));

    const ben = await stage.guest();
    await ben.cart.add(lamp.sku, 3);
    for (const code of codes) await ben.cart.addVoucher(code);
    const quote = await ben.cart.quote();
    page.say(`Ben has 3 of 5 night lamps in the cart, with two vouchers that work once: ${money(quote.total)}.`);
    const before = await stage.seller.inventory.adjust(lamp.sku, {
      delta: -4,
      reason: 'damage',
      note: 'A shelf fell.',
    });
    page.say(`In the stock room a shelf falls: ${before.onHand} lamp is left. Then Ben buys.`);
    page.say();

    const { checkout } = await buyAndWatch(ben, page);
    const [short] = checkout.problem?.errors ?? [];
    page.proven(
      `refused with ${checkout.problem?.code}: ${short?.requested} wanted, ${short?.available} there`,
      checkout.status === 'compensated' && checkout.problem?.code === 'OUT_OF_STOCK' && short?.requested === 3,
    );
    const undone = checkout.steps.filter(({ direction, status }) => direction === 'undo' && status === 'done');
    const names = undone.map(({ name }) => name).sort();
    page.proven(`undone: ${names.join(' and ')}`, names.join() === 'applyVouchers,lockCart');

    const cart = await ben.cart.get();
    const again = await ben.cart.quote();
    const after = await stage.stockOf(lamp);
    page.proven(
      'the vouchers are usable again: no use counted, and the quote is the same',
      (await uses()).every((used) => used === 0) && again.total.amount === quote.total.amount,
    );
    page.proven(
      'the cart is unlocked, with all that was in it',
      cart.status === 'open' && cart.items[0]?.quantity === 3,
    );
    page.proven(
      `the stock is what it was: ${after.onHand} there, ${after.reserved} reserved`,
      after.onHand === before.onHand && after.reserved === 0,
    );

    await ben.cart.set(lamp.sku, 1);
    const bought = await ben.checkouts.buy();
    const order = await ben.orders.get(bought.orderId);
    page.proven(
      `Ben takes the one lamp instead, with the same vouchers: order ${order.number}, ${money(order.total)}`,
      order.vouchers.length === 2 && (await uses()).every((used) => used === 1),
    );
  },
};
