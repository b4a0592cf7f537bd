import { escaped, recoveryChart, timeChart } from './charts.ts';
import type { FaultRecord, RunRecord, Spread } from './record.ts';

const style = `
:root { color-scheme: light dark; --page: #fcfcfb; --text: #1c1c1a; --muted: #66655f; --line: #e4e3dd; --band: #d9d7ce;
  --good: #2a78d6; --bad: #d03b3b; --warn: #c98500; --ok: #0f7b3f; }
@media (prefers-color-scheme: dark) { :root { --page: #171716; --text: #ececea; --muted: #a3a29b; --line: #33322f;
  --band: #3f3d38; --good: #5a9ff0; --bad: #ea6a6a; --warn: #e0a63a; --ok: #4fc07f; } }
body { margin: 0 auto; padding: 24px 16px 64px; max-width: 1040px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 4px; } p { margin: 4px 0 10px; }
.muted, td.muted { color: var(--muted); } .verdict { font-weight: 600; } .well { color: var(--ok); } .lost { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 18px 0; }
dt { color: var(--muted); font-size: 13px; } dd { margin: 0; font-size: 22px; font-variant-numeric: tabular-nums; }
figure { margin: 0; overflow-x: auto; } svg { display: block; width: 100%; min-width: 640px; height: auto; } .grid { stroke: var(--line); } .band { fill: var(--band); opacity: .6; }
.mark, .name { fill: var(--muted); font: 12px system-ui, sans-serif; } .name { fill: var(--text); }
.good { fill: var(--good); } .bad { fill: var(--bad); } .warn { fill: var(--warn); }
.dot { fill: var(--good); fill-opacity: .55; } .median { fill: var(--text); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, .text { text-align: left; } td.text { white-space: normal; }
`;

const inSeconds = (ms: number | undefined): string => (ms === undefined ? '–' : `${(ms / 1000).toFixed(1)} s`);

const clock = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells)).join('\n')}</tbody></table></div>`;

const spread = ({ median, p95, max }: Spread): string => `${inSeconds(median)} / ${inSeconds(p95)} / ${inSeconds(max)}`;

const figures = ({ totals, durations }: RunRecord): string => {
  const shown: [string, string | number][] = [
    ['faults', totals.faults],
    ['of them kill -9', totals.kills],
    ['checkouts completed', totals.checkoutsCompleted],
    ['refused', totals.checkoutsRefused],
    ['orders cancelled', totals.cancelled],
    ['requests answered', totals.answered],
    ['turned away (503, 401)', totals.turnedAway],
    ['without an answer', totals.unanswered],
    ['under load', `${(durations.faultsMs / 60_000).toFixed(1)} min`],
    ['until all sagas had ended', inSeconds(durations.quiesceMs)],
    ['parked and retried', totals.parkedRetried],
  ];
  return `<dl>${shown.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
};

const list = (sentences: readonly string[]): string =>
  `<ul>${sentences.map((sentence) => `<li>${escaped(sentence)}</li>`).join('')}</ul>`;

const lateness = ({ late }: RunRecord): string =>
  late.length === 0 ? '' : `<p class="verdict">Not back in time, though later:</p>\n${list(late)}`;

const verdict = ({ breaches }: RunRecord): string =>
  breaches.length === 0
    ? '<p class="verdict well">Nothing was lost, doubled or wrong.</p>'
    : `<p class="verdict lost">${breaches.length} ${breaches.length === 1 ? 'thing is' : 'things are'} wrong:</p>
${list(breaches)}`;

const faultRows = (faults: readonly FaultRecord[]): string[][] =>
  faults.map(({ what, from, to, recovery }) => [
    what,
    clock(from),
    clock(to),
    inSeconds(recovery.process),
    inSeconds(recovery.checkouts),
    inSeconds(recovery.ready),
    inSeconds(recovery.sagas),
  ]);

/** One page about a run that needs nothing else: no script, no font, no picture from anywhere. */
export const reportPage = (run: RunRecord): string => {
  const { faults, classes, seconds } = run;
  const replicas = Object.entries(run.replicas).filter(([, count]) => count > 1);
  const many = replicas.map(([name, count]) => `${count} × ${name}`).join(', ');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Chaos, seed ${run.seed}</title><style>${style}</style></head><body>
<h1>Faults on the real stack</h1>
<p class="muted">Seed ${run.seed}, ${run.minutes} minutes, begun ${escaped(run.startedAt)}, on ${escaped(run.machine)}; one process of each service${many ? `, but ${escaped(many)}` : ''}.</p>
${verdict(run)}${lateness(run)}
${figures(run)}
<h2>Checkouts completed a second</h2>
<p class="muted">Grey bands are faults; point at one to read what it was.</p>
${timeChart({ title: 'Checkouts completed a second', seconds, faults, count: ({ completed }) => completed, series: 'good' })}
<h2>Requests turned away a second</h2>
<p class="muted">Answered with 503 and when to come back, with 423 while a checkout held the cart, or with 401 while a clock was wrong; each was sent again.</p>
${timeChart({ title: 'Requests turned away a second', seconds, faults, count: ({ turnedAway }) => turnedAway, series: 'warn' })}
<h2>Requests without an answer a second</h2>
<p class="muted">The connection was refused, broke off, or nothing came for 25 s; each was sent again, with the same key.</p>
${timeChart({ title: 'Requests without an answer a second', seconds, faults, count: ({ unanswered }) => unanswered, series: 'bad' })}
<h2>Until a checkout completed again</h2>
<p class="muted">From a fault's end (what died is being started, what slept is woken) to the next checkout that completed. A dot is a fault, the bar the median.</p>
${recoveryChart({ title: 'Until a checkout completed again', faults, classes, of: 'checkouts' })}
<h2>Until the shop said that it is ready</h2>
${recoveryChart({ title: 'Until the shop said that it is ready', faults, classes, of: 'ready' })}
<h2>Until no unfinished saga was older than 5 s</h2>
${recoveryChart({ title: 'Until no unfinished saga was older than 5 s', faults, classes, of: 'sagas' })}
<h2>By kind</h2>
<p class="muted">Median / 95th percentile / longest.</p>
${table(
  ['kind', 'faults', 'sells again', 'ready again', 'no old saga'],
  classes.map((one) => [one.class, String(one.count), spread(one.checkouts), spread(one.ready), spread(one.sagas)]),
)}
<h2>Every fault</h2>
${table(['what', 'from', 'to', 'restarted', 'sells', 'ready', 'sagas'], faultRows(faults))}
</body></html>
`;
};
