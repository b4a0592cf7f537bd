import { isRefusal } from '@shop/contracts/problems.ts';
import { createRuns, type LabShop } from '@shop/order/lab/runs.ts';
import type { Orders } from '@shop/order/service.ts';
import type { User } from '@shop/platform/http/route.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { Services } from './services.ts';

interface LabOptions {
  services: Services;
  orders: Orders;
  currency: string;
  clock: Clock;
  ids: Ids;
}

const LAB: User = { id: '00000000-0000-7000-8000-0000000001ab', role: 'admin' };
const buyerOf = (id: string): User => ({ id, role: 'guest' });

/** What the lab sets up must work, or the run has failed. */
const granted = <T>(reply: T): Exclude<T, { ok: false }> => {
  if (isRefusal(reply)) throw new Error(`The lab was refused: ${reply.code}`);
  return reply as Exclude<T, { ok: false }>;
};

/** The race lab of this process: its buyers use the services as functions, outside the rate limits. */
export const createLab = ({ services, orders, currency, clock, ids }: LabOptions) => {
  const { product, inventory, discount, cart, faults } = services;
  const name = () =>
    `LAB-${ids
      .secret(6)
      .replaceAll(/[^A-Za-z0-9]/g, '0')
      .toUpperCase()}`;

  const shop: LabShop = {
    async newSku(units) {
      const sku = name();
      const variant = { sku, price: { amount: 1000, currency }, options: {}, initialStock: units };
      const { id } = granted(
        await product.create({
          title: `Race ${sku}`,
          status: 'active',
          description: '',
          images: [],
          tags: [],
          attributes: {},
          category: 'Lab',
          brand: 'Lab',
          variants: [variant],
        }),
      );
      return { sku, productId: id };
    },
    async unlist(productId) {
      granted(await product.patch(productId, { status: 'archived' }));
    },
    async setUnits(sku, units) {
      const stock = await inventory.stockOf(sku);
      if (isRefusal(stock)) return stock;
      const delta = units - (stock.onHand - stock.reserved);
      if (delta === 0) return undefined;
      const adjusted = await inventory.adjust({ sku, delta, reason: 'correction', note: 'race lab', by: LAB.id });
      return isRefusal(adjusted) ? adjusted : undefined;
    },
    async newVoucher(uses) {
      const code = name();
      granted(
        await discount.vouchers.create({
          code,
          type: 'percentage',
          value: 1000,
          scope: { kind: 'order' },
          usageLimit: uses,
        }),
      );
      return code;
    },
    async fillCart(buyer, sku, code) {
      granted(await cart.addItem(buyerOf(buyer), { sku, quantity: 1 }));
      if (code) granted(await cart.addVoucher(buyerOf(buyer), code));
    },
    checkout: (buyer, key) =>
      orders.checkout(buyerOf(buyer), key, {}, { async: false, signal: new AbortController().signal }),
    async stockOf(sku) {
      const stock = await inventory.stockOf(sku);
      return isRefusal(stock) ? undefined : stock;
    },
    async usesOf(code) {
      const voucher = await discount.vouchers.find(code);
      return isRefusal(voucher) ? 0 : voucher.used;
    },
    isCartLocked: async (buyer) => (await cart.view(buyerOf(buyer))).status === 'locked',
  };
  return { runs: createRuns({ shop, clock, ids }), faults };
};
