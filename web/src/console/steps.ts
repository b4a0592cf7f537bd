import type { Step } from '@shop/sdk/api.ts';

export const stepNames: readonly Step['name'][] = [
  'lockCart',
  'applyVouchers',
  'reserveInventory',
  'createOrder',
  'completeCart',
];

interface StepWords {
  /** "Lock the cart". */
  title: string;
  /** "lock": for a bar, where the lane says of what. */
  verb: string;
}

const forward: Record<Step['name'], StepWords> = {
  lockCart: { title: 'Lock the cart', verb: 'lock' },
  applyVouchers: { title: 'Apply vouchers', verb: 'apply' },
  reserveInventory: { title: 'Reserve stock', verb: 'reserve' },
  createOrder: { title: 'Create the order', verb: 'create order' },
  completeCart: { title: 'Complete the cart', verb: 'complete' },
};

const undo: Partial<Record<Step['name'], StepWords>> = {
  lockCart: { title: 'Unlock the cart', verb: 'unlock' },
  applyVouchers: { title: 'Give vouchers back', verb: 'give back' },
  reserveInventory: { title: 'Release stock', verb: 'release' },
};

export const stepWords = (name: Step['name'], direction: Step['direction'] = 'forward'): StepWords =>
  (direction === 'undo' ? undo[name] : undefined) ?? forward[name];

/** "1 try", "15 tries". */
export const triesOf = ({ attempts }: Pick<Step, 'attempts'>): string =>
  attempts === 1 ? '1 try' : `${attempts} tries`;

export const stepStates: Record<Step['status'], string> = {
  running: 'Running',
  done: 'Done',
  refused: 'Refused',
  failed: 'Failed',
  skipped: 'Not needed',
  undone: 'Undone',
};
