import type { Logger } from '@shop/platform/telemetry/logger.ts';

/** What loops do when there is nothing to do fills no trace. */
export const isIdle = (label: string, value: unknown): boolean =>
  label === 'store.heartbeat' || ((value === 0 || (Array.isArray(value) && value.length === 0)) && idle.test(label));
export const isAsking = /^store.(expiredLocks|askAbout)/;
const idle = /^outbox.pending|^store.(claim|expiredLocks|askAbout)/;

/** What databases answer in any order stands sorted in the trace. */
export const hasNoOrder = /^store.(catalogueOf|facts|bySkus|byIds|claim)$/;
export const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...value].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, Array.isArray(inner) ? sorted(inner) : inner]),
  );
};

/** Values as the trace shows them: ids by their last digits, no longer than a line. */
export const brief = (value: unknown): string => shortened(canonical(value));

export const briefly = (values: readonly unknown[]): string =>
  shortened(
    values
      .filter((value) => typeof value !== 'function')
      .map(canonical)
      .join(', '),
    140,
  );

/** The same text for the same value, in whichever order a database keeps its fields. */
const canonical = (value: unknown): string => {
  if (value === undefined) return '–';
  return JSON.stringify(value, (_key, inner) => {
    if (inner instanceof Error) return String(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
};

/** Ids of services by their number, those that stores made as a star, users by theirs. */
const shortened = (text: string, most = 220): string => {
  const short = text
    .replace(/01900000-0000-7000-8000-0*([0-9a-f]+)/g, '#$1')
    .replace(/01900000-0000-7000-9000-0*([0-9a-f]+)/g, '*')
    .replace(/01900000-0000-7000-([abc])000-0*([0-9a-f]+)/g, '$1$2')
    .replace(/"([A-Za-z]\w*)":/g, '$1:');
  return short.length > most ? `${short.slice(0, most)}…` : short;
};

const nothing = () => {};

/** A logger whose lines stand in the trace, or nowhere. */
export const loggerOf = (tell: (line: () => string) => void, isTold: boolean): Logger => {
  const say =
    (level: string) =>
    (fields: unknown, message?: string): void =>
      tell(() => `  ${level}: ${message ?? ''} ${brief(fields)}`);
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
  const logger = Object.fromEntries(levels.map((level) => [level, isTold ? say(level) : nothing]));
  return { ...logger, child: () => logger } as unknown as Logger;
};
