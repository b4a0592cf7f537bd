import type { Money as Amount } from '@shop/contracts/money.ts';
import { formatMoney } from '../client/money.ts';

/** An amount in figures of one width. */
export const Money = ({ value, minus }: { value: Amount; minus?: boolean }) => (
  <span className="numbers">{minus ? `−${formatMoney(value)}` : formatMoney(value)}</span>
);
