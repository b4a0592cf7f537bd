import { type Refusal, refuse } from '@shop/contracts/problems.ts';
import { listOf } from '@shop/platform/config/settings.ts';
import type { User } from '@shop/platform/http/route.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { withDeadline } from '@shop/platform/time/deadline.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { createShop, type Shop } from '@shop/sdk/shop.ts';
import type { Orders } from '../service.ts';
import type { LabShop } from './runs.ts';

type ServiceName = 'identity' | 'product' | 'inventory' | 'cart' | 'discount';

export interface RemoteLabOptions {
  config: Record<`${Uppercase<ServiceName>}_URL` | 'SERVICE_TOKEN' | 'STORE_CURRENCY', string>;
  orders: Pick<Orders, 'checkout'>;
  clock: Clock;
  ids: Ids;
}

const SELLER: User = { id: '00000000-0000-7000-8000-0000000001ab', role: 'admin' };
const buyerOf = (id: string): User => ({ id, role: 'guest' });
const REQUEST_MS = 10_000;

/** What a refusal with one of these codes is, as a value; anything else is thrown. */
const refused = <Code extends Refusal['code']>(error: unknown, ...codes: Code[]): Refusal => {
  const code = error instanceof ShopError ? codes.find((one) => one === error.code) : undefined;
  if (code === undefined) throw error;
  return refuse(code);
};

/**
 * The shop as the race lab meets it where each service is a process of its own. Its seller and its buyers come over
 * HTTP like anybody, with tokens that identity makes for them; showing the service token, they are not limited.
 */
export const createRemoteLabShop = ({ config, orders, clock, ids }: RemoteLabOptions): LabShop => {
  const { SERVICE_TOKEN: serviceToken, STORE_CURRENCY: currency } = config;
  /** One replica will do. */
  const place = (service: ServiceName): string =>
    listOf(config[`${service.toUpperCase() as Uppercase<ServiceName>}_URL`])[0] ?? '';
  const name = () => `LAB-${ids.uuid().slice(-12).toUpperCase()}`;

  const tokenFor = async (user: User): Promise<string> => {
    const response = await withDeadline(clock, REQUEST_MS, (signal) =>
      fetch(`${place('identity')}/internal/lab/tokens`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${serviceToken}` },
        body: JSON.stringify({ users: [user] }),
        signal,
      }),
    );
    if (!response.ok) throw new Error(`Identity made no token for the lab: ${response.status}`);
    const { tokens } = (await response.json()) as { tokens: string[] };
    return tokens[0] ?? '';
  };

  const unlimited: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('X-Service-Token', serviceToken);
    return fetch(input, { ...init, headers });
  };

  /** `service` as `user` sees it. */
  const at = async (service: ServiceName, user: User): Promise<Shop> => {
    const tokens = { accessToken: await tokenFor(user), refreshToken: '', expiresAt: Number.POSITIVE_INFINITY };
    return createShop({ url: place(service), tokens, fetch: unlimited, timeoutMs: REQUEST_MS });
  };

  return {
    async newSku(units) {
      const sku = name();
      const variant = { sku, price: { amount: 1000, currency }, options: {}, initialStock: units };
      const { products } = await at('product', SELLER);
      const fields = { title: `Race ${sku}`, category: 'Lab', variants: [variant] };
      const { id } = await products.create({ ...fields, status: 'active' });
      return { sku, productId: id };
    },
    async unlist(productId) {
      const { products } = await at('product', SELLER);
      await products.update(productId, { status: 'archived' });
    },
    async setUnits(sku, units) {
      const { inventory } = await at('inventory', SELLER);
      try {
        const { onHand, reserved } = await inventory.get(sku);
        const delta = units - (onHand - reserved);
        if (delta !== 0) await inventory.adjust(sku, { delta, reason: 'correction', note: 'race lab' });
        return undefined;
      } catch (error) {
        return refused(error, 'SKU_UNKNOWN', 'INSUFFICIENT_STOCK');
      }
    },
    async newVoucher(uses) {
      const code = name();
      const { vouchers } = await at('discount', SELLER);
      await vouchers.create({ code, type: 'percentage', value: 1000, scope: { kind: 'order' }, usageLimit: uses });
      return code;
    },
    async fillCart(buyer, sku, code) {
      const { cart } = await at('cart', buyerOf(buyer));
      // Set rather than added: it may be sent again where a reply was lost.
      await cart.set(sku, 1);
      if (code) await cart.addVoucher(code);
    },
    checkout: (buyer, key) =>
      orders.checkout(buyerOf(buyer), key, {}, { async: false, signal: new AbortController().signal }),
    async stockOf(sku) {
      const { inventory } = await at('inventory', SELLER);
      return inventory.get(sku).catch((error) => {
        refused(error, 'SKU_UNKNOWN');
        return undefined;
      });
    },
    async usesOf(code) {
      const { vouchers } = await at('discount', SELLER);
      return (await vouchers.get(code)).used;
    },
    async isCartLocked(buyer) {
      const { cart } = await at('cart', buyerOf(buyer));
      return (await cart.get()).status === 'locked';
    },
  };
};
