import type { Quote } from '@shop/sdk/api.ts';
import { money, off } from './printer.ts';
import type { Chapter } from './scene.ts';
import { soon, type Thing } from './stage.ts';
import { buyAndWatch } from './timeline.ts';

const rowsOf = (quote: Quote, things: Thing[], words: Map<string, string>): string[][] => [
  ...quote.lines.map(({ sku, quantity, unitPrice, discount, total }) => {
    const title = things.find((thing) => thing.sku === sku)?.title ?? sku;
    return [title, `${quantity}`, money(unitPrice), off(discount), money(total)];
  }),
  ['', '', '', '', ''],
  ['before vouchers', '', '', '', money(quote.subtotal)],
  ...quote.discounts.map(({ code, amount }) => [`${code.padEnd(12)}  ${words.get(code)}`, '', '', '', off(amount)]),
  ['to pay', '', '', '', money(quote.total)],
];

/** Everything goes well: two products, two vouchers, five steps, one order. */
export const sale: Chapter = {
  title: 'A sale',
  async tell({ stage, page, clock }) {
    const mug = await stage.thing('Enamel mug', 1400, 10);
    const lamp = await stage.thing('Night lamp', 3990, 3);
    const terms = { usageLimit: 1, combinable: true };
    const ten = await stage.voucher('TEN', {
      ...terms,
      type: 'percentage',
      value: 1000,
      scope: { kind: 'order' },
      priority: 1,
    });
    const two = await stage.voucher('MUGS', {
      ...terms,
      type: 'fixed_amount',
      value: stage.money(200),
      scope: { kind: 'skus', ids: [mug.sku] },
      priority: 2,
    });

    page.say('Kim registers, puts two products into the cart and adds two vouchers that work once.');
    const kim = await stage.customer('Kim');
    await kim.cart.add(mug.sku, 2);
    await kim.cart.add(lamp.sku, 1);
    for (const { code } of [ten, two]) await kim.cart.addVoucher(code);
    const quote = await kim.cart.quote();
    const words = new Map([
      [ten.code, '10 % off all of it'],
      [two.code, `${money(stage.money(200))} off the mugs`],
    ]);
    const head = ['', 'quantity', 'price', 'discount', 'total'];
    page.table(head, rowsOf(quote, [mug, lamp], words), [1, 2, 3, 4]);

    const before = [await stage.stockOf(mug), await stage.stockOf(lamp)];
    page.say('Kim buys. Each step of the saga, as it arrives:');
    const { checkout, ms } = await buyAndWatch(kim, page);
    page.proven(`the checkout is completed, ${ms} ms after the click`, checkout.status === 'completed');

    const order = await kim.orders.get(checkout.orderId);
    const sold = (stock: { onHand: number; reserved: number }[]) =>
      stock.every(({ reserved }) => reserved === 0) &&
      stock[0]?.onHand === (before[0]?.onHand ?? 0) - 2 &&
      stock[1]?.onHand === (before[1]?.onHand ?? 0) - 1;
    const after = await soon(clock, async () => [await stage.stockOf(mug), await stage.stockOf(lamp)], sold);
    const counts = [mug, lamp].map(({ title }, at) => `${title} ${before[at]?.onHand} → ${after[at]?.onHand}`);
    page.proven(
      `order ${order.number} is ${order.status} at ${money(order.total)}, as quoted`,
      order.status === 'confirmed' && order.total.amount === quote.total.amount,
    );
    page.proven(`in stock: ${counts.join(', ')}; nothing stays reserved`, sold(after));
    const uses = await Promise.all([ten, two].map(async ({ code }) => (await stage.seller.vouchers.get(code)).used));
    page.proven(
      'both vouchers are used once',
      uses.every((used) => used === 1),
    );
    const cart = await kim.cart.get();
    page.proven('Kim has a new, empty cart', cart.items.length === 0 && cart.status === 'open' && cart.cartNo === 2);
  },
};
