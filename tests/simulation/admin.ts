import { isRefusal } from '@shop/contracts/problems.ts';
import type { Voucher } from '@shop/discount/domain.ts';
import type { Order, Saga } from '@shop/order/domain.ts';
import { known, noteInSet, widen } from './ledger.ts';
import type { Answer } from './network.ts';
import { ADMIN, type AdminAction, CURRENCY, type Plan } from './plan.ts';
import type { ClientDeps } from './shoppers.ts';
import { count, type Process } from './world.ts';

const PATIENCE_MS = 3_000;
/** While the shop is filled nothing gets lost. */
const FILLING_MS = 60_000;

const productBody = (sku: string, price: number, stock: number) => ({
  handle: sku.toLowerCase(),
  title: `The ${sku}`,
  description: '',
  images: [],
  brand: '',
  category: 'things',
  tags: [],
  attributes: {},
  status: 'active' as const,
  variants: [{ sku, price: { amount: price, currency: CURRENCY }, options: {}, initialStock: stock }],
});

/** Whoever runs the shop: fills it, and changes prices, stock and vouchers while it sells. */
export const createAdmin = ({ world, network, ledger }: ClientDeps, self: Process, plan: Plan) => {
  const productIds = new Map<string, string>();
  let keys = 0;

  const ask = async (service: string, path: string, body: object, withinMs = PATIENCE_MS): Promise<Answer> => {
    const answer = await network.send(self, service, path, body, { withinMs, idempotent: false });
    count(world.coverage, `${path}: ${answer.kind === 'refused' ? answer.refusal.code : answer.kind}`);
    return answer;
  };
  const valueIn = <Value>(answer: Answer): Value | undefined =>
    answer.kind === 'answered' ? (answer.value as Value) : undefined;

  const create = (sku: string, price: number, withinMs?: number): Promise<Answer> => {
    noteInSet(ledger.prices, sku, price);
    const stock = plan.skus.find((one) => one.sku === sku)?.stock ?? 0;
    return ask('product', 'product.create', productBody(sku, price, stock), withinMs);
  };

  const adjust = async ({ sku, delta, keyed }: AdminAction & { do: 'adjust' }): Promise<void> => {
    keys += 1;
    const adjustment = { sku, delta, reason: 'correction', by: ADMIN.id };
    const body = { adjustment, key: keyed ? `adjust-${keys}` : undefined };
    // With a key it may be sent until it is answered: what is unknown is found out so.
    for (let tries = 1; ; tries += 1) {
      const answer = await ask('inventory', 'inventory.adjust', body);
      if (keyed && known(answer) === 'unknown' && tries < 5) continue;
      // A refusal is not kept for its key: an earlier try that got lost on the way may still be done when it arrives.
      const isOpen = tries > 1 && known(answer) === 'refused';
      return widen(ledger.adjusted, sku, delta, isOpen ? 'unknown' : known(answer));
    }
  };

  const patch = (sku: string, change: object): Promise<Answer> =>
    ask('product', 'product.patch', { id: productIds.get(sku), patch: change });

  const parked = async (): Promise<Saga[]> => valueIn<Saga[]>(await ask('order', 'orders.parked', {})) ?? [];

  const retryParked = async (): Promise<number> => {
    const found = await parked();
    for (const { id } of found) await ask('order', 'orders.retry', { id });
    return found.length;
  };

  const orders = async (): Promise<Order[]> =>
    valueIn<Order[]>(await ask('order', 'orders.list', { user: ADMIN })) ?? [];

  const advance = async (to: 'shipped' | 'delivered'): Promise<void> => {
    // Whatever their state is: those that can't be are refused.
    for (const { id } of await orders()) {
      const answer = await ask('order', 'orders.advance', { id, user: ADMIN, to });
      if (answer.kind === 'answered') ledger.advances.push({ orderId: id, to });
    }
  };

  const cancelAny = async (): Promise<void> => {
    const [order] = (await orders()).filter(({ status }) => status === 'confirmed' || status === 'created');
    if (!order) return;
    const answer = await ask('order', 'orders.cancel', { id: order.id, user: ADMIN });
    const code = answer.kind === 'refused' ? answer.refusal.code : undefined;
    ledger.cancels.push({ orderId: order.id, known: known(answer), code });
  };

  const act = async (action: AdminAction): Promise<void> => {
    switch (action.do) {
      case 'adjust':
        return adjust(action);
      case 'reprice': {
        noteInSet(ledger.prices, action.sku, action.price);
        const price = { amount: action.price, currency: CURRENCY };
        await patch(action.sku, { variants: [{ sku: action.sku, price, options: {} }] });
        return;
      }
      case 'hide':
        await patch(action.sku, { status: action.status });
        return;
      case 'take away':
        await ask('product', 'product.remove', { id: productIds.get(action.sku) });
        return;
      case 'bring back':
        await create(action.sku, action.price);
        return;
      case 'raise limit': {
        const voucher = valueIn<Voucher>(await ask('discount', 'vouchers.find', { code: action.code }));
        if (voucher?.usageLimit === undefined) return;
        const change = { usageLimit: voucher.usageLimit + action.by };
        await ask('discount', 'vouchers.change', { code: action.code, change });
        return;
      }
      case 'revalue':
        await ask('discount', 'vouchers.change', {
          code: action.code,
          change: { type: 'percentage', value: action.value },
        });
        return;
      case 'stop voucher':
        await ask('discount', 'vouchers.stop', { code: action.code });
        return;
      case 'retry parked':
        await retryParked();
        return;
      case 'advance orders':
        return advance(action.to);
      case 'cancel any':
        return cancelAny();
    }
  };

  return {
    /** Fills the shop, before anything may go wrong. @throws where it can't be filled. */
    async fill(): Promise<void> {
      for (const { sku, price, stock } of plan.skus) {
        const made = valueIn<{ id: string }>(await create(sku, price, FILLING_MS));
        if (!made || isRefusal(made)) throw new Error(`The shop has no ${sku}`);
        productIds.set(sku, made.id);
        widen(ledger.adjusted, sku, stock, 'done');
      }
      for (const draft of plan.vouchers) {
        const made = await ask('discount', 'vouchers.create', draft, FILLING_MS);
        if (made.kind !== 'answered') throw new Error(`The shop has no voucher ${draft.code}`);
      }
    },
    async play(actions: readonly AdminAction[]): Promise<void> {
      for (const action of actions) {
        await self.clock.sleep(action.waitMs);
        await act(action);
      }
    },
    retryParked,
  };
};
