import type { Checkout, Step } from '@shop/sdk/api.ts';

export type StepName = Step['name'];

/** How a step stands, as one word says it. */
export type StepState =
  | 'waiting'
  | 'running'
  | 'done'
  | 'skipped'
  | 'refused'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'unreached';

export interface StepView {
  name: StepName;
  state: StepState;
  /** What has been done or is to be done, in words. */
  label: string;
  /** The state in a word. */
  word: string;
  /** How long it took; undefined while it is not over. */
  ms?: number;
  /** More than one shows that something had to be tried again. */
  attempts: number;
}

const labels: Record<StepName, Partial<Record<StepState, string>> & { waiting: string; done: string }> = {
  lockCart: {
    waiting: 'Lock the cart',
    running: 'Locking the cart',
    done: 'Cart locked',
    undoing: 'Unlocking the cart',
    undone: 'Cart unlocked',
  },
  applyVouchers: {
    waiting: 'Apply vouchers',
    running: 'Applying vouchers',
    done: 'Vouchers applied',
    skipped: 'No vouchers',
    refused: 'Vouchers refused',
    undoing: 'Returning vouchers',
    undone: 'Vouchers returned',
  },
  reserveInventory: {
    waiting: 'Reserve stock',
    running: 'Reserving stock',
    done: 'Stock reserved',
    refused: 'Not enough stock',
    undoing: 'Releasing stock',
    undone: 'Stock released',
  },
  createOrder: { waiting: 'Create the order', running: 'Creating the order', done: 'Order created' },
  completeCart: { waiting: 'Finish', running: 'Finishing', done: 'Finished' },
};

const words: Record<StepState, string> = {
  waiting: 'Waiting',
  running: 'Under way',
  done: 'Done',
  skipped: 'Skipped',
  refused: 'Refused',
  failed: 'Failed',
  undoing: 'Being undone',
  undone: 'Undone',
  unreached: 'Not reached',
};

export const stepNames = Object.keys(labels) as StepName[];

/** Whether anything more is to come. */
export const isOver = ({ status }: Checkout): boolean => status === 'completed' || status === 'compensated';

const isRollback = ({ status, problem }: Checkout): boolean =>
  status === 'compensating' || status === 'compensated' || (status === 'parked' && problem !== undefined);

const stateOf = (name: StepName, steps: readonly Step[], rollback: boolean): StepState => {
  const forward = steps.findLast((step) => step.name === name && step.direction === 'forward');
  const undo = steps.findLast((step) => step.name === name && step.direction === 'undo');
  if (!forward) return rollback ? 'unreached' : 'waiting';
  // What was refused held nothing, or its undo is the same refusal told twice.
  if (forward.status === 'refused' || forward.status === 'failed' || forward.status === 'skipped')
    return forward.status;
  if (forward.status === 'undone' || undo?.status === 'done') return 'undone';
  if (undo) return 'undoing';
  // Nobody knows whether it took effect; the rollback will see to it.
  if (forward.status === 'running' && rollback) return 'failed';
  return forward.status;
};

const msOf = ({ startedAt, finishedAt }: Step): number | undefined =>
  finishedAt === null ? undefined : Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));

/** The five steps of a checkout as they stand; of one that has not begun, all wait. */
export const progressOf = (checkout: Checkout | undefined): StepView[] => {
  const steps = checkout?.steps ?? [];
  const rollback = checkout !== undefined && isRollback(checkout);
  return stepNames.map((name) => {
    const state = stateOf(name, steps, rollback);
    const told = steps.findLast(
      (step) =>
        step.name === name && step.direction === (state === 'undone' || state === 'undoing' ? 'undo' : 'forward'),
    );
    return {
      name,
      state,
      label: labels[name][state] ?? labels[name].waiting,
      word: words[state],
      ms: told && state !== 'skipped' ? msOf(told) : undefined,
      attempts: told?.attempts ?? 0,
    };
  });
};

/** From the first step's start to the end; undefined while it runs. */
export const tookMs = ({ createdAt, finishedAt }: Checkout): number | undefined =>
  finishedAt === null ? undefined : Math.max(0, Date.parse(finishedAt) - Date.parse(createdAt));
