import type { CatalogueProduct, Participant } from '@shop/contracts/commands.ts';
import type { AnyShopEvent, NewEvent, UndoKind } from '@shop/contracts/events.ts';
import { systemIds } from '@shop/platform/time/system.ts';

/** What a test says of a product: its SKUs and what each starts with. */
export interface ProductSketch {
  id?: string;
  version?: number;
  status?: CatalogueProduct['status'];
  stock: Record<string, number | undefined>;
}

/** A product of the catalogue with the least that inventory looks at. */
export const productOf = ({ id, version = 1, status = 'active', stock }: ProductSketch): CatalogueProduct => ({
  id: id ?? systemIds.uuid(),
  handle: 'mug',
  title: 'Mug',
  category: 'Kitchen',
  brand: 'Acme',
  currency: 'USD',
  status,
  version,
  variants: Object.entries(stock).map(([sku, initialStock]) => ({
    sku,
    price: 1000,
    options: {},
    ...(initialStock !== undefined && { initialStock }),
  })),
});

const eventOf = (event: NewEvent): AnyShopEvent =>
  ({
    ...event,
    id: systemIds.uuid(),
    source: '/services/test',
    time: '2026-01-01T00:00:00.000Z',
  }) as AnyShopEvent;

export const productFact = (product: CatalogueProduct): AnyShopEvent =>
  eventOf({
    type: product.status === 'deleted' ? 'product.deleted' : 'product.updated',
    key: product.id,
    data: product,
  });

/** Who checks out, and until when. */
export interface TestSaga {
  sagaId: string;
  orderId: string;
  userId: string;
  notAfter: string;
}

/** A saga with `withinMs` left from `now`. */
export const newSaga = (now: Date, withinMs = 10_000): TestSaga => ({
  sagaId: systemIds.uuid(),
  orderId: systemIds.uuid(),
  userId: systemIds.uuid(),
  notAfter: new Date(now.getTime() + withinMs).toISOString(),
});

const referenceOf = ({ sagaId, orderId, userId }: TestSaga) => ({ sagaId, orderId, userId });

export const orderCreated = (saga: TestSaga): AnyShopEvent =>
  eventOf({
    type: 'order.created',
    key: saga.orderId,
    data: {
      ...referenceOf(saga),
      version: 1,
      number: '100001',
      currency: 'USD',
      lines: [],
      vouchers: [],
      subtotal: 0,
      discountTotal: 0,
      total: 0,
    },
  });

const everybody: Participant[] = ['cart', 'discount', 'inventory'];

export const orderCancelled = (saga: TestSaga, kind: UndoKind, participants = everybody): AnyShopEvent =>
  eventOf({
    type: 'order.cancelled',
    key: saga.orderId,
    data: { ...referenceOf(saga), version: 2, kind, reason: 'test', participants },
  });
