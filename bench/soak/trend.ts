import { median } from '../figures.ts';

/** What something took at a moment, in minutes from the beginning. */
export interface Sample {
  minute: number;
  mb: number;
}

export interface Trend {
  /** The median of the first minute after the warm-up, in MB. */
  start: number;
  /** That of the last minute. */
  end: number;
  /** MB a minute over the second half, by least squares. */
  slope: number;
}

/** The slope of the straight line that lies nearest by least squares; 0 of fewer than two moments. */
export const slopeOf = (samples: readonly Sample[]): number => {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [minute, mb] = [mean((one) => one.minute), mean((one) => one.mb)];
  const spread = samples.reduce((sum, one) => sum + (one.minute - minute) ** 2, 0);
  const together = samples.reduce((sum, one) => sum + (one.minute - minute) * (one.mb - mb), 0);
  return spread > 0 ? together / spread : 0;
};

export const trendOf = (
  samples: readonly Sample[],
  { warmUp, minutes }: Record<'warmUp' | 'minutes', number>,
): Trend => {
  const between = (from: number, to: number) => samples.filter(({ minute }) => minute >= from && minute <= to);
  const middle = (some: readonly Sample[]) => median(some.map(({ mb }) => mb));
  return {
    start: middle(between(warmUp, warmUp + 1)),
    end: middle(between(minutes - 1, minutes)),
    slope: slopeOf(between(minutes / 2, minutes)),
  };
};
