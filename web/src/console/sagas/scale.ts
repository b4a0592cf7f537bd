/** A stretch of time in which nothing begins or ends, drawn shorter than it was. */
export interface Gap {
  /** Milliseconds since the start. */
  from: number;
  to: number;
}

export interface Scale {
  /** Where a moment stands, from 0 to 1. */
  at: (ms: number) => number;
  gaps: Gap[];
  /** Where the scale is labelled, in milliseconds. */
  ticks: number[];
}

interface Stretch extends Gap {
  /** The time that its drawn length stands for. */
  drawn: number;
}

/** Round numbers about a fifth of `ms` apart. */
const stepFor = (ms: number): number => {
  const rough = Math.max(ms / 5, 0.1);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
};

/** A stretch that is longer than all others together this many times is drawn as a gap. */
const GAP_FACTOR = 4;

const stretchesOf = (moments: readonly number[]): Stretch[] => {
  const sorted = [...new Set([0, ...moments])].sort((a, b) => a - b);
  const stretches = sorted.slice(1).map((to, index) => ({ from: sorted[index] ?? 0, to }));
  const total = sorted.at(-1) ?? 0;
  return stretches.map(({ from, to }) => {
    const others = total - (to - from);
    const isGap = to - from > others * GAP_FACTOR && others > 0;
    return { from, to, drawn: isGap ? others : to - from };
  });
};

const ticksIn = (stretches: readonly Stretch[], drawnMs: number): number[] => {
  const step = stepFor(drawnMs);
  const isInGap = (ms: number) => stretches.some(({ from, to, drawn }) => drawn < to - from && ms > from && ms < to);
  const round = stretches
    .filter(({ from, to, drawn }) => drawn === to - from)
    .flatMap(({ from, to }) => {
      const first = Math.ceil(from / step);
      return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
    });
  const afterGaps = stretches.filter(({ from, to, drawn }) => drawn < to - from).map(({ to }) => to);
  return [...new Set([0, ...round, ...afterGaps])].filter((ms) => !isInGap(ms)).sort((a, b) => a - b);
};

/**
 * A scale of time through all `moments` (milliseconds since the start). Where one stretch outweighs all the rest, as
 * the wait of a parked saga does, it is drawn as short as the rest together, so that the rest can still be seen.
 */
export const scaleOf = (moments: readonly number[]): Scale => {
  const stretches = stretchesOf(moments);
  const drawnMs = stretches.reduce((sum, { drawn }) => sum + drawn, 0) || 1;
  const at = (ms: number): number => {
    let passed = 0;
    for (const { from, to, drawn } of stretches) {
      if (ms >= to) passed += drawn;
      else if (ms > from) passed += (drawn * (ms - from)) / (to - from);
    }
    return passed / drawnMs;
  };
  return {
    at,
    gaps: stretches.filter(({ from, to, drawn }) => drawn < to - from).map(({ from, to }) => ({ from, to })),
    ticks: ticksIn(stretches, drawnMs),
  };
};
