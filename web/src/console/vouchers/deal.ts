import type { Voucher } from '@shop/sdk/api.ts';
import { formatMoney } from '../../client/money.ts';
import { percentText } from '../amounts.ts';

const things: Record<Exclude<Voucher['scope']['kind'], 'order'>, [one: string, many: string]> = {
  products: ['product', 'products'],
  skus: ['SKU', 'SKUs'],
  categories: ['category', 'categories'],
};

/** "15 % off", "$5.00 off", "buy 2, get 1 at 50 % off". */
export const dealWords = (voucher: Voucher): string => {
  if (voucher.type === 'percentage') return `${percentText(voucher.value)} % off`;
  if (voucher.type === 'fixed_amount') return `${formatMoney(voucher.value)} off`;
  const { buy, get, percentOff } = voucher.value;
  return `Buy ${buy}, get ${get} ${percentOff === 10_000 ? 'free' : `at ${percentText(percentOff)} % off`}`;
};

/** "everything", "Kitchen", "3 products". */
export const scopeWords = ({ scope }: Voucher): string => {
  if (scope.kind === 'order') return 'everything';
  if (scope.kind !== 'products' && scope.ids.length <= 2) return scope.ids.join(', ');
  const [one, many] = things[scope.kind];
  return `${scope.ids.length} ${scope.ids.length === 1 ? one : many}`;
};

export type VoucherState = 'running' | 'stopped' | 'used up' | 'ended' | 'to come';

/** What a voucher is good for at `now`, in milliseconds since 1970. */
export const stateOf = ({ active, usageLimit, used, startsAt, endsAt }: Voucher, now: number): VoucherState => {
  if (!active) return 'stopped';
  if (endsAt && Date.parse(endsAt) <= now) return 'ended';
  if (usageLimit !== undefined && used >= usageLimit) return 'used up';
  return startsAt && Date.parse(startsAt) > now ? 'to come' : 'running';
};
