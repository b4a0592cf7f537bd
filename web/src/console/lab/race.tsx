import { useEffect, useRef, useState } from 'react';
import { Link } from 'react-router';
import { formatDuration } from '../../client/time.ts';
import { Badge } from '../../ui/badge.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Figure } from '../parts/figure.tsx';
import { Panel } from '../parts/panel.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { refusalWords } from '../refusals.ts';
import { stockPath } from '../stock/path.ts';
import { Invariants } from './invariants.tsx';
import styles from './lab.module.css';
import { RunSagas } from './run-sagas.tsx';
import { type Run, storyOf, waitingIn } from './story.ts';
import { isOver } from './use-lab.ts';

const states: Record<Run['status'], string> = {
  preparing: 'filling carts',
  running: 'racing',
  finished: 'over',
  failed: 'broken off',
};

/** One race, while it runs and after. */
export const Race = ({ run }: { run: Run }) => {
  useEnd(run);
  const waiting = waitingIn(run);
  return (
    <Panel
      title={`${run.buyers} buyers for ${run.units} ${run.units === 1 ? 'unit' : 'units'}`}
      aside={
        <Badge tone={isOver(run) ? (run.status === 'failed' ? 'danger' : 'neutral') : 'info'}>
          {states[run.status]}
        </Badge>
      }
    >
      <div className={styles.race}>
        {isOver(run) && <p className={styles.story}>{storyOf(run)}</p>}
        <Sold run={run} />
        <Invariants run={run} />
        <div className={styles.halves}>
          <Answers run={run} waiting={waiting} />
          <Latency run={run} />
        </div>
        <p className={styles.links}>
          {run.sku && <Link to={stockPath(run.sku)}>Stock and ledger of {run.sku}</Link>}
          {run.voucher && (
            <Link to={`/console/vouchers/${encodeURIComponent(run.voucher)}`}>Voucher {run.voucher}</Link>
          )}
        </p>
        {isOver(run) && <RunSagas run={run} />}
      </div>
    </Panel>
  );
};

/** Says how it went when it ends under one's eyes. */
const useEnd = (run: Run) => {
  const wasOver = useRef(isOver(run));
  useEffect(() => {
    if (isOver(run) && !wasOver.current) announce(storyOf(run));
    wasOver.current = isOver(run);
  }, [run]);
};

const share = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.min(100, (part / whole) * 100)}%`;

/** Orders against units: it may fill, and never runs over. */
const Sold = ({ run: { orders, units } }: { run: Run }) => (
  <div>
    <p className={styles.barName}>
      <span>Orders against units</span>
      <strong className="numbers">
        {orders} of {units}
      </strong>
    </p>
    <div className={`${styles.bar} ${orders > units ? styles.broken : ''}`} aria-hidden="true">
      <span style={{ inlineSize: share(orders, units) }} />
    </div>
  </div>
);

/** What every buyer got: an order, or a reason. */
const Answers = ({ run, waiting }: { run: Run; waiting: number }) => {
  const refusals = Object.entries(run.refusals).sort(([, a], [, b]) => b - a);
  return (
    <div>
      <h3 className={styles.barName}>Answers</h3>
      <ul className={styles.answers}>
        <Answer words="Got an order" count={run.orders} of={run.buyers} tone="ordered" />
        {refusals.map(([code, count]) => (
          <Answer key={code} words={refusalWords(code)} count={count} of={run.buyers} tone="refused" />
        ))}
        {waiting > 0 && <Answer words="Wait" count={waiting} of={run.buyers} tone="waiting" />}
      </ul>
    </div>
  );
};

interface AnswerProps {
  words: string;
  count: number;
  of: number;
  tone: 'ordered' | 'refused' | 'waiting';
}

const Answer = ({ words, count, of, tone }: AnswerProps) => (
  <li className={styles.answer}>
    <span>{words}</span>
    <span className="numbers">{count}</span>
    <span className={styles.thin} aria-hidden="true">
      <span className={styles[tone]} style={{ inlineSize: share(count, of) }} />
    </span>
  </li>
);

const MOST_POINTS = 100;

/** The latency at each look of this race. */
const useLatencies = (run: Run) => {
  const [points, setPoints] = useState<{ p50: number; p99: number }[]>([]);
  const { latencyMs, answered } = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a point for each time that more were answered.
  useEffect(() => {
    if (latencyMs) setPoints((before) => [...before, latencyMs].slice(-MOST_POINTS));
  }, [answered]);
  return points;
};

const Latency = ({ run }: { run: Run }) => {
  const points = useLatencies(run);
  return (
    <div>
      <h3 className={styles.barName}>How long an answer took</h3>
      <dl className={styles.figures}>
        <Figure name="half in less than" value={run.latencyMs ? formatDuration(run.latencyMs.p50) : '–'} />
        <Figure name="99 of 100 in less than" value={run.latencyMs ? formatDuration(run.latencyMs.p99) : '–'} />
      </dl>
      {run.latencyMs && (
        <div className={styles.strip} aria-hidden="true">
          <span style={{ inlineSize: share(run.latencyMs.p50, run.latencyMs.p99) }} />
        </div>
      )}
      {points.length > 1 && (
        <Sparkline
          values={points.map(({ p99 }) => p99)}
          slots={points.length}
          height={40}
          label="The longest answers in the course of the race"
        />
      )}
    </div>
  );
};
