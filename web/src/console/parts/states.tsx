import type { Checkout, Order, Product, Stock } from '@shop/sdk/api.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

type SagaStatus = Checkout['status'];
type OrderStatus = Order['status'];

export const sagaStates: Record<SagaStatus, { word: string; tone: Tone }> = {
  running: { word: 'Running', tone: 'info' },
  completed: { word: 'Completed', tone: 'success' },
  compensating: { word: 'Compensating', tone: 'warning' },
  compensated: { word: 'Compensated', tone: 'neutral' },
  parked: { word: 'Parked', tone: 'danger' },
};

export const orderStates: Record<OrderStatus, { word: string; tone: Tone }> = {
  created: { word: 'Created', tone: 'info' },
  confirmed: { word: 'Confirmed', tone: 'accent' },
  shipped: { word: 'Shipped', tone: 'info' },
  delivered: { word: 'Delivered', tone: 'success' },
  cancelled: { word: 'Cancelled', tone: 'neutral' },
};

const productStates: Record<Product['status'], { word: string; tone: Tone }> = {
  active: { word: 'Active', tone: 'success' },
  draft: { word: 'Draft', tone: 'neutral' },
  archived: { word: 'Archived', tone: 'neutral' },
};

export const SagaState = ({ status }: { status: SagaStatus }) => (
  <Badge tone={sagaStates[status].tone}>{sagaStates[status].word}</Badge>
);

export const OrderState = ({ status }: { status: OrderStatus }) => (
  <Badge tone={orderStates[status].tone}>{orderStates[status].word}</Badge>
);

export const ProductState = ({ status }: { status: Product['status'] }) => (
  <Badge tone={productStates[status].tone}>{productStates[status].word}</Badge>
);

export const StockState = ({ stock: { status, available } }: { stock: Stock }) => {
  if (status === 'retired') return <Badge>Retired</Badge>;
  if (available === 0) return <Badge tone="danger">Sold out</Badge>;
  return available <= 5 ? <Badge tone="warning">Low</Badge> : <Badge tone="success">In stock</Badge>;
};
