import { stopwatch } from '@shop/platform/time/system.ts';
import type { Checkout, Step } from '@shop/sdk/api.ts';
import type { Shop } from '@shop/sdk/shop.ts';
import type { Printer } from './printer.ts';

const widths = [-7, 24, 9, -9];
const styles = { undone: 'yellow', refused: 'red', failed: 'red' } as const;

const tookMs = ({ startedAt, finishedAt }: Step): string =>
  finishedAt ? `${Date.parse(finishedAt) - Date.parse(startedAt)} ms` : '';

const nameOf = ({ direction, name }: Step): string => (direction === 'undo' ? `undo ${name}` : name);

const styleOf = ({ direction, status }: Step) =>
  direction === 'undo' ? 'yellow' : styles[status as keyof typeof styles];

/**
 * Buys what is in the cart and prints each step when its end arrives over Server-Sent Events: when that was since the
 * purchase was sent, and how long the step took in the shop. Answers the checkout as it ended, and the time it took.
 */
export const buyAndWatch = async (buyer: Shop, page: Printer): Promise<{ checkout: Checkout; ms: number }> => {
  const sinceBuy = stopwatch();
  const ms = () => Math.round(sinceBuy());
  let checkout: Checkout = await buyer.checkouts.start();
  page.row(['arrived', 'step', 'state', 'took'], widths, 'dim');
  page.row([`${ms()} ms`, 'checkout', 'stored'], widths);
  const told = new Set<string>();
  let { status } = checkout;
  for await (checkout of buyer.checkouts.watch(checkout.id)) {
    for (const step of checkout.steps) {
      // A forward step that is undone was told when it was done; its undoing is a step of its own.
      if (step.status === 'running' || told.has(nameOf(step))) continue;
      told.add(nameOf(step));
      const state = step.direction === 'forward' && step.status === 'undone' ? 'done' : step.status;
      const cells = [`${ms()} ms`, nameOf(step), state, tookMs(step)];
      page.row(cells, widths, styleOf(step));
    }
    if (checkout.status === status) continue;
    status = checkout.status;
    page.row([`${ms()} ms`, 'checkout', status], widths, status === 'compensating' ? 'yellow' : undefined);
  }
  page.say();
  return { checkout, ms: ms() };
};
