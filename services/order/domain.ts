import type { CartSnapshot, Participant, Quote, Role, SnapshotLine } from '@shop/contracts/commands.ts';
import type { NewEvent } from '@shop/contracts/events.ts';
import type { Money } from '@shop/contracts/money.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';

/** `pivoted`: the order exists; the saga can only go forward. Callers see it as `running`. */
export type SagaState = 'running' | 'pivoted' | 'completed' | 'compensating' | 'compensated' | 'parked';
export type StepName = 'lockCart' | 'applyVouchers' | 'reserveInventory' | 'createOrder' | 'completeCart';
export type StepStatus = 'running' | 'done' | 'refused' | 'failed' | 'skipped' | 'undone';

/** One line of the timeline; dates are ISO 8601 UTC. */
export interface Step {
  name: StepName;
  direction: 'forward' | 'undo';
  status: StepStatus;
  attempts: number;
  startedAt: string;
  finishedAt: string | null;
  error?: string;
}

export interface CheckoutRequest {
  expectedTotal?: Money;
  contact?: { email: string; name: string };
  shippingAddress?: Record<string, string>;
}

/** The stored truth about one checkout, or about the cancel of one order. JSON-safe: dates are ISO 8601 strings. */
export interface Saga {
  id: string;
  kind: 'checkout' | 'cancel';
  userId: string;
  role: Role;
  requestHash: string | null;
  request: CheckoutRequest;
  orderId: string;
  state: SagaState;
  /** Where a parked saga goes on when it is retried. */
  direction: 'forward' | 'undo';
  epoch: number;
  deadline: string;
  steps: Step[];
  problem: Refusal | null;
  participants: Participant[];
  undone: Participant[];
  attempts: number;
  createdAt: string;
  finishedAt: string | null;
  version: number;
  /** The trace of the request that began it; whoever takes the saga over goes on with it. */
  traceparent: string | null;
}

export type OrderStatus = 'created' | 'confirmed' | 'shipped' | 'delivered' | 'cancelled';

export interface OrderLine extends SnapshotLine {
  discount: number;
  total: number;
}

export interface Order {
  id: string;
  number: string;
  userId: string;
  checkoutId: string;
  status: OrderStatus;
  currency: string;
  lines: OrderLine[];
  vouchers: { code: string; amount: number }[];
  subtotal: number;
  discountTotal: number;
  total: number;
  contact?: { email: string; name: string };
  shippingAddress?: Record<string, string>;
  history: { status: OrderStatus; at: string; by: string; reason?: string }[];
  cancelRequested: boolean;
  createdAt: string;
  version: number;
}

/** Time to the pivot; a checkout that has not placed its order by then is rolled back. */
export const DEADLINE_MS = 10_000;
/** How often an undo is published, or a step after the pivot tried, before an operator is asked: about six minutes. */
export const MAX_ATTEMPTS = 15;

export const everyParticipant: readonly Participant[] = ['cart', 'discount', 'inventory'];

/** The forward step whose effect each participant holds. */
export const stepOf = {
  cart: 'lockCart',
  discount: 'applyVouchers',
  inventory: 'reserveInventory',
} as const satisfies Record<Participant, StepName>;

/** Seconds until the next try: doubling from one to thirty. */
export const backoffSeconds = (attempts: number): number => Math.min(30, 2 ** Math.min(attempts, 5));

export const stepStarted = (steps: readonly Step[], name: StepName, at: string): Step[] => {
  const earlier = steps.find((step) => step.name === name && step.direction === 'forward');
  const started: Step = {
    name,
    direction: 'forward',
    status: 'running',
    attempts: (earlier?.attempts ?? 0) + 1,
    startedAt: earlier?.startedAt ?? at,
    finishedAt: null,
  };
  return earlier ? steps.map((step) => (step === earlier ? started : step)) : [...steps, started];
};

export const stepEnded = (
  steps: readonly Step[],
  name: StepName,
  status: StepStatus,
  at: string,
  error?: string,
): Step[] =>
  steps.map((step) =>
    step.name === name && step.direction === 'forward'
      ? { ...step, status, finishedAt: at, ...(error ? { error } : {}) }
      : step,
  );

export const stepSkipped = (steps: readonly Step[], name: StepName, at: string): Step[] =>
  stepEnded(stepStarted(steps, name, at), name, 'skipped', at).map((step) =>
    step.name === name ? { ...step, attempts: 0 } : step,
  );

/** The undo of each participant begins, in the reverse order of what was done. */
export const undoStarted = (steps: readonly Step[], participants: readonly Participant[], at: string): Step[] => [
  ...steps,
  ...[...participants].reverse().map(
    (participant): Step => ({
      name: stepOf[participant],
      direction: 'undo',
      status: 'running',
      attempts: 1,
      startedAt: at,
      finishedAt: null,
    }),
  ),
];

/** The order that a checkout places: the snapshot's lines with the quote's prices. Throws when their sums disagree. */
export const placeOrder = (saga: Saga, snapshot: CartSnapshot, quote: Quote, at: string): Omit<Order, 'number'> => {
  const lines = snapshot.lines.map((line, index): OrderLine => {
    const priced = quote.lines[index];
    if (!priced || priced.sku !== line.sku || priced.quantity !== line.quantity || priced.unitPrice !== line.unitPrice)
      throw new Error(`The quote of ${saga.id} is not about its cart`);
    return { ...line, discount: priced.discount, total: priced.total };
  });
  const sum = lines.reduce((total, line) => total + line.total, 0);
  if (sum !== quote.total || quote.total !== quote.subtotal - quote.discountTotal || quote.total < 0)
    throw new Error(`The quote of ${saga.id} does not add up`);
  return {
    id: saga.orderId,
    userId: saga.userId,
    checkoutId: saga.id,
    status: 'created',
    currency: snapshot.currency,
    lines,
    vouchers: quote.discounts,
    subtotal: quote.subtotal,
    discountTotal: quote.discountTotal,
    total: quote.total,
    contact: saga.request.contact,
    shippingAddress: saga.request.shippingAddress,
    history: [{ status: 'created', at, by: 'checkout' }],
    cancelRequested: false,
    createdAt: at,
    version: 1,
  };
};

/** The fact that an order exists; `inAnswerTo` when it repeats the fact for a hold that asked. */
export const orderCreated = (
  order: Omit<Order, 'number'> & { number?: string },
  inAnswerTo?: Participant,
): Extract<NewEvent, { type: 'order.created' }> => ({
  type: 'order.created',
  key: order.id,
  data: {
    orderId: order.id,
    sagaId: order.checkoutId,
    userId: order.userId,
    number: order.number ?? '',
    currency: order.currency,
    lines: order.lines,
    vouchers: order.vouchers,
    subtotal: order.subtotal,
    discountTotal: order.discountTotal,
    total: order.total,
    version: order.version,
    ...(inAnswerTo ? { inAnswerTo } : {}),
  },
});

/** What a question of a hold is answered with. */
export type Verdict = 'created' | 'cancelled' | 'rolledBack' | 'wait';

/** A hold whose saga placed an order is kept or given back with it; one of an ended or unknown saga is given back. */
export const verdictFor = (
  saga: Pick<Saga, 'state' | 'direction'> | undefined,
  order: Pick<Order, 'status'> | undefined,
  asker: Participant,
): Verdict => {
  if (order) return order.status === 'cancelled' && asker !== 'cart' ? 'cancelled' : 'created';
  if (saga?.state === 'running') return 'wait';
  return 'rolledBack';
};

/** A hold's question what became of its saga. */
export interface Question {
  sagaId: string;
  orderId: string;
  userId: string;
  participant: Participant;
}

/** The stored decision once more, for the hold that asked. Only where the verdict isn't to wait. */
export const answerAgain = (question: Question, saga: Saga | undefined, order: Order | undefined): NewEvent => {
  const { sagaId, userId, participant } = question;
  if (order && verdictFor(saga, order, participant) === 'created') return orderCreated(order, participant);
  const orderId = order?.id ?? saga?.orderId ?? question.orderId;
  return {
    type: 'order.cancelled',
    key: orderId,
    data: {
      sagaId,
      orderId,
      userId: saga?.userId ?? userId,
      kind: order ? 'cancel' : 'rollback',
      reason: saga?.problem?.code ?? 'unknown saga',
      participants: [participant],
      version: order?.version ?? saga?.version ?? 1,
    },
  };
};

/** What an order is answered that was not shipped or delivered now: as it is where it was before, or a refusal. */
export const notAdvanced = (
  order: Order | undefined,
  to: 'shipped' | 'delivered',
): Order | Refusal<'ORDER_NOT_FOUND' | 'INVALID_TRANSITION'> => {
  if (!order) return refuse('ORDER_NOT_FOUND');
  if (order.status === to) return order;
  const from = to === 'shipped' ? 'confirmed' : 'shipped';
  return refuse('INVALID_TRANSITION', {
    detail: `Order ${order.number} is ${order.status}; only a ${from} one can be ${to}.`,
  });
};
