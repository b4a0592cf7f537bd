import { language } from './language.ts';

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
const brief = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' });
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });

const units: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

const AFTER_A_WEEK = 7 * 86_400;

/** "3 minutes ago", in brief "3m ago"; a date after a week. */
export const formatRelative = (at: Date, now: Date, isBrief = false): string => {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  if (Math.abs(seconds) >= AFTER_A_WEEK) return day.format(at);
  if (Math.abs(seconds) < 2) return 'just now';
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return (isBrief ? brief : relative).format(Math.trunc(seconds / size), unit);
};

export const formatExact = (at: Date): string => exact.format(at);

/** A duration as short as it can be read: 12 ms, 1.4 s, 2 min. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
};
