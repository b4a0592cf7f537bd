import type { RunRecord, Spread } from './record.ts';

const inSeconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`);

const spread = ({ median, max }: Spread): string => `${inSeconds(median)}, at most ${inSeconds(max)}`;

/** What a terminal shows at the end of a run. */
export const summaryOf = ({ totals, classes, durations, breaches, late }: RunRecord): string[] => {
  const width = Math.max(...classes.map((one) => one.class.length), 0);
  return [
    `${totals.faults} faults, ${totals.kills} of them kill -9, in ${(durations.faultsMs / 60_000).toFixed(1)} min of load`,
    `${totals.checkoutsCompleted} checkouts completed, ${totals.checkoutsRefused} refused, ${totals.cancelled} orders cancelled`,
    `${totals.answered} requests answered, ${totals.turnedAway} turned away, ${totals.unanswered} without an answer`,
    'sold again after the end of:',
    ...classes.map(
      (one) => `  ${one.class.padEnd(width)}  ${String(one.count).padStart(3)} ×  ${spread(one.checkouts)}`,
    ),
    breaches.length === 0 ? 'Nothing was lost, doubled or wrong.' : `${breaches.length} WRONG, as said above.`,
    ...(late.length === 0 ? [] : [`${late.length} LATE, as said above.`]),
  ];
};
