import type { Voucher } from '@shop/sdk/api.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { stateOf, type VoucherState } from './deal.ts';
import styles from './vouchers.module.css';

const states: Record<VoucherState, { word: string; tone: Tone }> = {
  running: { word: 'Running', tone: 'success' },
  stopped: { word: 'Stopped', tone: 'neutral' },
  'used up': { word: 'Used up', tone: 'warning' },
  ended: { word: 'Ended', tone: 'neutral' },
  'to come': { word: 'To come', tone: 'info' },
};

export const VoucherStateBadge = ({ voucher }: { voucher: Voucher }) => {
  const { word, tone } = states[stateOf(voucher, Date.now())];
  return <Badge tone={tone}>{word}</Badge>;
};

/** How much of a voucher is used, as a bar where it has a limit. */
export const Usage = ({ voucher: { used, usageLimit } }: { voucher: Pick<Voucher, 'used' | 'usageLimit'> }) => (
  <span className={styles.usage}>
    <span className="numbers">
      {used}
      {usageLimit !== undefined && ` of ${usageLimit}`}
    </span>
    {usageLimit !== undefined && (
      <span className={styles.meter} aria-hidden="true">
        <span style={{ inlineSize: `${Math.min(100, (used / usageLimit) * 100)}%` }} />
      </span>
    )}
  </span>
);
