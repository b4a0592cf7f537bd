import type { Background } from '@shop/platform/service/background.ts';
import { productReactions } from './events.ts';
import type { ProductService } from './service.ts';

export interface ProductBackgroundDeps {
  outbox: NonNullable<Background['outbox']>;
  /** Given where its cache is shared with other processes. */
  sharing?: Pick<ProductService, 'productsChanged'>;
}

/** What product does beside requests: it tells, and hears nothing but itself. */
export const productBackground = ({ outbox, sharing }: ProductBackgroundDeps): Background => ({
  name: 'product',
  outbox,
  ...(sharing && { reactions: productReactions(sharing) }),
});
