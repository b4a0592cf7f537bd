import type { DiscountCommands, VoucherQueries } from '@shop/contracts/commands.ts';
import { type CheckoutDeps, createCheckoutPart } from './checkout.ts';
import { createPreview, type Preview, type PreviewDeps } from './preview.ts';
import type { DiscountStore } from './store.ts';
import { createVoucherDesk, type VoucherDesk, type VoucherDeskDeps } from './vouchers.ts';

export type DiscountDeps = CheckoutDeps & PreviewDeps & VoucherDeskDeps & { store: DiscountStore };

/** The use cases of discount. */
export interface Discount extends DiscountCommands, VoucherQueries {
  vouchers: VoucherDesk;
  preview: Preview;
  /** Asks what became of at most `limit` sagas whose redemptions have waited too long for an order; answers how many. */
  askAboutExpiredApplications(limit: number): Promise<number>;
  /** A sentence for each breach of what is promised about uses and limits; `[]` is good. */
  audit(): Promise<string[]>;
}

export const createDiscount = (deps: DiscountDeps): Discount => ({
  ...createCheckoutPart(deps),
  vouchers: createVoucherDesk(deps),
  preview: createPreview(deps),
  askAboutExpiredApplications: (limit) => deps.store.applications.askAboutExpired(limit, deps.clock.now()),
  audit: () => deps.store.audit(),
});
