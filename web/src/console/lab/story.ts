import type { Api } from '@shop/sdk/api.ts';

export type Run = Api['GET /lab/runs/{id}']['answer'];

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

const reasons: Record<string, (number: number) => string> = {
  OUT_OF_STOCK: (number) => `${number} came too late for a unit`,
  VOUCHER_REJECTED: (number) => `${number} came too late for the voucher`,
  CHECKOUT_TIMED_OUT: (number) => `${number} ran out of time`,
  UNAVAILABLE: (number) => `${number} found a service that did not answer`,
};

const reasonOf = ([code, number]: [string, number]): string =>
  reasons[code]?.(number) ?? `${number} got ${code.replaceAll('_', ' ').toLowerCase()}`;

const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

/** How many buyers do not know yet how it ends for them. */
export const waitingIn = ({ buyers, orders, refusals }: Run): number =>
  buyers - Object.values(refusals).reduce((sum, number) => sum + number, orders);

const verdict = (run: Run): string => {
  const { orders, units, invariants } = run;
  const broken = invariants.filter(({ holds }) => !holds).map(({ name }) => name);
  if (broken.length > 0) return `Something is wrong: ${listed(broken)} does not hold.`;
  if (waitingIn(run) > 0) return 'No unit was sold twice; what is under way goes on by itself, and ends in order.';
  if (orders === units && units > 0)
    return 'Every unit was sold once, none twice, and nothing is left locked or reserved.';
  return 'No unit was sold twice, and nothing is left locked or reserved.';
};

/** One sentence about what happened in a race, and one about whether the books agree. */
export const storyOf = (run: Run): string => {
  if (run.status === 'failed') return 'The race could not be run to its end; what it bought is in the list of sagas.';
  const refused = Object.entries(run.refusals).sort(([, a], [, b]) => b - a);
  const waiting = waitingIn(run);
  const others = [
    ...refused.map(reasonOf),
    ...(waiting > 0 ? [`${waiting} still ${waiting === 1 ? 'waits' : 'wait'}`] : []),
  ];
  const race = `${count(run.buyers, 'buyer', 'buyers')} went for ${count(run.units, 'unit', 'units')}`;
  const won = `${run.orders} got ${run.orders === 1 ? 'an order' : 'one each'}`;
  return `${race}: ${listed([run.orders === 0 ? 'nobody got one' : won, ...others])}. ${verdict(run)}`;
};
