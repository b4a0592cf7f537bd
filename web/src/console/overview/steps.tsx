import { formatDuration } from '../../client/time.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import { Panel } from '../parts/panel.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { serviceOf } from '../services.ts';
import { stepNames, stepWords } from '../steps.ts';
import { type OverviewAnswer, SAMPLES, useHistory } from './history.ts';
import styles from './overview.module.css';

/** How long the steps of a checkout take: half of them less than p50, all but one in a hundred less than p99. */
export const Steps = ({ overview }: { overview: OverviewAnswer | undefined }) => (
  <Panel title="Steps of a checkout" aside="p50 and p99" className={styles.steps}>
    {overview ? <Shown {...overview} /> : <Skeleton height="196px" />}
  </Panel>
);

const Shown = ({ steps }: OverviewAnswer) => {
  const history = useHistory();
  const longest = Math.max(1, ...steps.map(({ p99Ms }) => p99Ms));
  return (
    <table className={styles.stepTable}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">p50 and p99 as a bar</th>
          <th scope="col">p50</th>
          <th scope="col">p99</th>
          <th scope="col">p99 lately</th>
        </tr>
      </thead>
      <tbody>
        {stepNames.map((name) => {
          const step = steps.find((one) => one.name === name);
          return (
            <tr key={name}>
              <th scope="row">
                {stepWords(name).title}
                <span className={styles.service}>{serviceOf(name)}</span>
              </th>
              <td className={styles.rangeCell}>
                {step && (
                  <span className={styles.range}>
                    <span className={styles.p99} style={{ inlineSize: `${(step.p99Ms / longest) * 100}%` }} />
                    <span className={styles.p50} style={{ inlineSize: `${(step.p50Ms / longest) * 100}%` }} />
                  </span>
                )}
              </td>
              <td className={styles.ms}>{step ? formatDuration(step.p50Ms) : '–'}</td>
              <td className={styles.ms}>{step ? formatDuration(step.p99Ms) : '–'}</td>
              <td className={styles.spark}>
                <Sparkline
                  values={history.map(({ p99 }) => p99[name] ?? 0)}
                  slots={SAMPLES}
                  height={20}
                  label={`p99 of ${stepWords(name).title.toLowerCase()} lately`}
                />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
};
