import type { Second } from './history.ts';
import type { ClassSummary, FaultRecord } from './record.ts';

/** Charts of a run as SVG, without any script; colours are classes that the page defines for light and dark. */

const WIDTH = 1000;
const LEFT = 46;
const RIGHT = 8;
const inner = WIDTH - LEFT - RIGHT;

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);

const round = (value: number): number => Math.round(value * 10) / 10;

/** A round number at or above `value`, that axes end with. */
const ceiling = (value: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
};

const clock = (second: number): string =>
  `${Math.floor(second / 60)}:${String(Math.round(second % 60)).padStart(2, '0')}`;

/** So many seconds between two marks of the time axis that there are at most twelve. */
const markEvery = (seconds: number): number =>
  [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((step) => seconds / step <= 12) ?? 86_400;

const timeAxis = (seconds: number, height: number): string => {
  const step = markEvery(seconds);
  const marks = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, at) => at * step);
  return marks
    .map((second) => {
      const x = round(LEFT + (second / seconds) * inner);
      return `<text class="mark" x="${x}" y="${height - 4}" text-anchor="middle">${clock(second)}</text>`;
    })
    .join('');
};

const valueAxis = (most: number, top: number, bottom: number): string =>
  [0, 0.5, 1]
    .map((share) => {
      const y = round(bottom - share * (bottom - top));
      const line = `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>`;
      return `${line}<text class="mark" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${round(share * most)}</text>`;
    })
    .join('');

/** The seconds in groups, so that there is a bar for every pixel at most; each value is the mean of a second. */
const grouped = (seconds: readonly Second[], count: (second: Second) => number): { size: number; means: number[] } => {
  const size = Math.max(1, Math.ceil(seconds.length / (inner / 2)));
  const means: number[] = [];
  for (let from = 0; from < seconds.length; from += size) {
    const some = seconds.slice(from, from + size);
    means.push(some.reduce((sum, second) => sum + count(second), 0) / some.length);
  }
  return { size, means };
};

const bands = (faults: readonly FaultRecord[], total: number, top: number, bottom: number): string =>
  faults
    .map(({ what, from, to }) => {
      const x = round(LEFT + (from / 1000 / total) * inner);
      const width = Math.max(1, round(((to - from) / 1000 / total) * inner));
      const title = `<title>${clock(from / 1000)} ${escaped(what)}</title>`;
      return `<rect class="band" x="${x}" y="${top}" width="${width}" height="${bottom - top}">${title}</rect>`;
    })
    .join('');

export interface TimeChart {
  title: string;
  seconds: readonly Second[];
  faults: readonly FaultRecord[];
  count: (second: Second) => number;
  /** The class of its colour. */
  series: 'good' | 'bad' | 'warn';
}

/** What happened in each second, as an area, with the faults as bands behind it. */
export const timeChart = ({ title, seconds, faults, count, series }: TimeChart): string => {
  const [height, top] = [170, 10];
  const bottom = height - 22;
  const { size, means } = grouped(seconds, count);
  const most = ceiling(Math.max(1, ...means));
  const total = Math.max(1, seconds.length);
  const step = (inner * size) / total;
  const y = (value: number) => round(bottom - (value / most) * (bottom - top));
  // Steps: nothing is claimed between two seconds.
  const path = means.map((mean, at) => `V${y(mean)}H${round(LEFT + Math.min(inner, (at + 1) * step))}`).join('');
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
${bands(faults, total, top, bottom)}
${valueAxis(most, top, bottom)}${timeAxis(total, height)}
<path class="${series}" d="M${LEFT} ${bottom}${path}V${bottom}Z"/>
</svg></figure>`;
};

/** Milliseconds on a scale from 10 ms to two minutes, each tenfold as wide. */
const [lowest, highest] = [10, 120_000];
const inDecades = (ms: number): number =>
  (Math.log10(Math.min(Math.max(ms, lowest), highest)) - Math.log10(lowest)) /
  (Math.log10(highest) - Math.log10(lowest));

const marks: readonly [ms: number, label: string][] = [
  [10, '10 ms'],
  [100, '0.1 s'],
  [1_000, '1 s'],
  [10_000, '10 s'],
  [60_000, '1 min'],
];

export interface RecoveryChart {
  title: string;
  faults: readonly FaultRecord[];
  classes: readonly ClassSummary[];
  of: 'checkouts' | 'ready' | 'sagas';
}

/** A dot a fault, a row a class, and a bar at the median. */
export const recoveryChart = ({ title, faults, classes, of }: RecoveryChart): string => {
  const [row, name, top] = [22, 150, 8];
  const height = top + classes.length * row + 24;
  const bottom = height - 22;
  const x = (ms: number) => round(name + inDecades(ms) * (WIDTH - name - 60));
  const grid = marks
    .map(
      ([ms, label]) =>
        `<line class="grid" x1="${x(ms)}" x2="${x(ms)}" y1="${top}" y2="${bottom}"/>` +
        `<text class="mark" x="${x(ms)}" y="${height - 4}" text-anchor="middle">${label}</text>`,
    )
    .join('');
  const rows = classes.map((one, at) => {
    const y = top + at * row + row / 2;
    const dots = faults
      .filter((fault) => fault.class === one.class && fault.recovery[of] !== undefined)
      .map(({ what, recovery }) => {
        const ms = recovery[of] ?? 0;
        return `<circle class="dot" cx="${x(ms)}" cy="${y}" r="3.5"><title>${escaped(what)}: ${(ms / 1000).toFixed(2)} s</title></circle>`;
      });
    const { median } = one[of];
    const bar =
      median === undefined ? '' : `<rect class="median" x="${x(median) - 1}" y="${y - 8}" width="2" height="16"/>`;
    return `<text class="name" x="${name - 10}" y="${y + 4}" text-anchor="end">${escaped(one.class)}</text>${dots.join('')}${bar}`;
  });
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
${grid}
${rows.join('\n')}
</svg></figure>`;
};
