import type { Checkout, Step } from '@shop/sdk/api.ts';
import type { JournalEvent } from '../journal.ts';
import { type Service, serviceOf } from '../services.ts';
import { stepWords } from '../steps.ts';
import { type Scale, scaleOf } from './scale.ts';

/** What a bar or a mark means; the style sheet gives it a colour. */
export type Tone = 'done' | 'refused' | 'undone' | 'running' | 'skipped' | 'plain';

/** Something that took time in one service; times are milliseconds since the saga began. */
export interface Bar {
  key: string;
  service: Service;
  label: string;
  tone: Tone;
  from: number;
  to: number;
  /** Still going on: `to` is now. */
  ongoing: boolean;
  /** Which of the lane's rows it stands in, so that no label covers another. */
  row: number;
}

/** An event at the moment when it was published. */
export interface Mark {
  service: Service;
  at: number;
  event: JournalEvent;
}

export interface Timeline {
  scale: Scale;
  bars: Bar[];
  marks: Mark[];
}

const isStuck = (saga: Checkout, { status }: Step): boolean => saga.status === 'parked' && status === 'running';

const toneOf = (saga: Checkout, step: Step): Tone => {
  const { status, direction } = step;
  if (status === 'refused' || status === 'failed' || isStuck(saga, step)) return 'refused';
  if (status === 'running' || status === 'skipped') return status;
  return direction === 'undo' || status === 'undone' ? 'undone' : 'done';
};

const labelOf = (saga: Checkout, step: Step): string => {
  const attempts = step.attempts > 1 ? ` ×${step.attempts}` : '';
  const failed = toneOf(saga, step) === 'refused' ? ' ✕' : '';
  return stepWords(step.name, step.direction).verb + attempts + failed;
};

type Unplaced = Omit<Bar, 'row'>;

const stepBars = (checkout: Checkout, sinceStart: (at: string) => number, now: number): Unplaced[] =>
  checkout.steps
    .filter(({ status }) => status !== 'skipped')
    .map((step) => ({
      key: `${step.direction} ${step.name}`,
      service: serviceOf(step.name),
      label: labelOf(checkout, step),
      tone: toneOf(checkout, step),
      from: sinceStart(step.startedAt),
      to: step.finishedAt === null ? now : sinceStart(step.finishedAt),
      ongoing: step.finishedAt === null && !isStuck(checkout, step),
    }));

/** What the order service itself does: it notes the intent, and waits for everybody's undo. */
const ownBars = (bars: readonly Unplaced[]): Unplaced[] => {
  const undos = bars.filter(({ key }) => key.startsWith('undo '));
  const first = bars.find(({ key }) => key.startsWith('forward '));
  const own: Unplaced[] = [];
  if (first && first.from > 0)
    own.push({
      key: 'intent',
      service: 'order',
      label: 'intent',
      tone: 'plain',
      from: 0,
      to: first.from,
      ongoing: false,
    });
  if (undos.length > 0)
    own.push({
      key: 'compensating',
      service: 'order',
      label: 'compensating',
      tone: 'undone',
      from: Math.min(...undos.map(({ from }) => from)),
      to: Math.max(...undos.map(({ to }) => to)),
      ongoing: undos.some(({ ongoing }) => ongoing),
    });
  return own;
};

/** The width that a label takes, as a share of a timeline of ordinary width. */
const labelShare = (label: string): number => (label.length * 7 + 20) / 640;

/** Bars of one lane stand in the first row where neither they nor their labels meet another. */
const placed = (bars: readonly Unplaced[], { at }: Scale): Bar[] => {
  const ends = new Map<Service, number[]>();
  return [...bars]
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map((bar) => {
      const rows = ends.get(bar.service) ?? [];
      ends.set(bar.service, rows);
      const free = rows.findIndex((end) => end <= at(bar.from));
      const row = free === -1 ? rows.length : free;
      rows[row] = Math.max(at(bar.to), at(bar.from) + labelShare(bar.label));
      return { ...bar, row };
    });
};

/** Events that come soon after a saga has ended are still of it; a parcel shipped next week is not. */
const belongsUntil = (endMs: number): number => endMs * 1.25 + 250;

/** A saga as bars and marks on one scale, up to `now` (milliseconds since 1970) while it runs. */
export const timelineOf = (checkout: Checkout, events: readonly JournalEvent[], now: number): Timeline => {
  const start = Date.parse(checkout.createdAt);
  const sinceStart = (at: string) => Math.max(0, Date.parse(at) - start);
  const steps = stepBars(checkout, sinceStart, Math.max(0, now - start));
  const bars = [...steps, ...ownBars(steps)];
  const endMs = Math.max(1, checkout.finishedAt ? sinceStart(checkout.finishedAt) : 0, ...bars.map(({ to }) => to));
  const marks = events
    .map((event) => ({ service: event.topic as Service, at: sinceStart(event.time), event }))
    .filter(({ service, at }) => service !== 'product' && at <= belongsUntil(endMs));
  const times = [endMs, ...bars.flatMap(({ from, to }) => [from, to]), ...marks.map(({ at }) => at)];
  const scale = scaleOf(times);
  return { scale, bars: placed(bars, scale), marks };
};
