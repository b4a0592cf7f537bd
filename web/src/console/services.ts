import type { Step } from '@shop/sdk/api.ts';

/** The services that take part in a checkout, in the order of its steps, and the catalogue. */
export type Service = 'cart' | 'discount' | 'inventory' | 'order' | 'product';
export const services: readonly Service[] = ['cart', 'discount', 'inventory', 'order', 'product'];
export const participants: readonly Service[] = ['cart', 'discount', 'inventory', 'order'];

const byStep: Record<Step['name'], Service> = {
  lockCart: 'cart',
  applyVouchers: 'discount',
  reserveInventory: 'inventory',
  createOrder: 'order',
  completeCart: 'cart',
};

/** Whom a step asks. */
export const serviceOf = (step: Step['name']): Service => byStep[step];
