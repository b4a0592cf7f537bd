import type { Checkout } from '@shop/sdk/api.ts';
import type { CSSProperties } from 'react';
import { formatDuration } from '../../client/time.ts';
import type { JournalEvent } from '../journal.ts';
import { participants } from '../services.ts';
import { type Bar, type Mark, type Timeline, timelineOf } from './timeline.ts';
import styles from './timeline-chart.module.css';

interface TimelineChartProps {
  saga: Checkout;
  events: readonly JournalEvent[];
  /** Milliseconds since 1970. */
  now: number;
  /** An event was picked. */
  onChoose: (eventId: string) => void;
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`;
const share = (ms: number, { scale }: Timeline): string => percent(scale.at(ms));

/** A bar's length, in what is left of the scale where it begins. */
const shareOfRest = ({ from, to }: Bar, { scale: { at } }: Timeline): string =>
  percent((at(to) - at(from)) / Math.max(1 - at(from), 0.001));

const toneWords: Record<Bar['tone'], string> = {
  done: 'done',
  refused: 'refused',
  undone: 'undone',
  running: 'running',
  skipped: 'not needed',
  plain: 'done',
};

const barWords = ({ label, tone, from, to, ongoing }: Bar): string =>
  `${label}: ${ongoing ? 'still going' : toneWords[tone]}, ${formatDuration(to - from)}, from ${formatDuration(from)} on`;

/** From here on a label has no room after the beginning of its bar. */
const LATE = 0.85;

/** The label of a tick stands in the middle of it, but never beyond an end of the scale. */
const placeOf = (place: number): CSSProperties =>
  place > 0.94
    ? { insetInlineEnd: percent(1 - place) }
    : ({ insetInlineStart: percent(place), '--centre': place > 0.04 ? 1 : 0 } as CSSProperties);

/** A saga on one scale of time: a lane a service, a bar for what took time, a diamond for what was published. */
export const TimelineChart = ({ saga, events, now, onChoose }: TimelineChartProps) => {
  const timeline = timelineOf(saga, events, now);
  return (
    <div className={styles.timeline}>
      <div className={styles.scale} aria-hidden="true">
        {timeline.scale.ticks.map((tick) => (
          <span key={tick} className={styles.tick} style={placeOf(timeline.scale.at(tick))}>
            {formatDuration(tick)}
          </span>
        ))}
        {timeline.scale.gaps.map(({ from, to }) => (
          <span
            key={from}
            className={styles.gapName}
            style={{ insetInlineStart: percent((timeline.scale.at(from) + timeline.scale.at(to)) / 2) }}
          >
            … {formatDuration(to - from)} …
          </span>
        ))}
      </div>
      <ul className={styles.lanes}>
        {participants.map((service) => (
          <Lane
            key={service}
            name={service}
            timeline={timeline}
            bars={timeline.bars.filter((bar) => bar.service === service)}
            marks={timeline.marks.filter((mark) => mark.service === service)}
            onChoose={onChoose}
          />
        ))}
      </ul>
      <Legend />
    </div>
  );
};

interface LaneProps {
  name: string;
  timeline: Timeline;
  bars: readonly Bar[];
  marks: readonly Mark[];
  onChoose: (eventId: string) => void;
}

const Lane = ({ name, timeline, bars, marks, onChoose }: LaneProps) => {
  const rows = Math.max(1, ...bars.map(({ row }) => row + 1));
  return (
    <li className={styles.lane}>
      <span className={styles.name}>{name}</span>
      <div className={styles.track} style={{ '--rows': rows } as CSSProperties}>
        {timeline.scale.ticks.map((tick) => (
          <span key={tick} className={styles.line} style={{ insetInlineStart: share(tick, timeline) }} />
        ))}
        {timeline.scale.gaps.map(({ from, to }) => (
          <span
            key={from}
            className={styles.gap}
            style={{
              insetInlineStart: share(from, timeline),
              inlineSize: percent(timeline.scale.at(to) - timeline.scale.at(from)),
            }}
          />
        ))}
        <ul>
          {bars.map((bar) => (
            <li
              key={bar.key}
              className={`${styles.bar} ${timeline.scale.at(bar.from) > LATE ? styles.late : ''}`}
              title={barWords(bar)}
              style={{ insetInlineStart: share(bar.from, timeline), '--row': bar.row } as CSSProperties}
            >
              <span className={`${styles.label} ${styles[bar.tone]}`}>
                {bar.label}
                <span className="visually-hidden">{barWords(bar).slice(bar.label.length)}</span>
              </span>
              <span
                className={`${styles.length} ${styles[bar.tone]} ${bar.ongoing ? styles.ongoing : ''}`}
                style={{ inlineSize: shareOfRest(bar, timeline) }}
              />
            </li>
          ))}
        </ul>
        {marks.map(({ event, at }) => (
          <button
            key={event.id}
            type="button"
            className={styles.mark}
            style={{ insetInlineStart: share(at, timeline) }}
            title={`${event.type} at ${formatDuration(at)}`}
            aria-label={`Show ${event.type}`}
            onClick={() => onChoose(event.id)}
          />
        ))}
      </div>
    </li>
  );
};

const Legend = () => (
  <p className={styles.legend} aria-hidden="true">
    <span className={styles.done}>done</span>
    <span className={styles.refused}>refused or failed</span>
    <span className={styles.undone}>undone</span>
    <span className={styles.running}>running</span>
    <span className={styles.published}>event published</span>
  </p>
);
