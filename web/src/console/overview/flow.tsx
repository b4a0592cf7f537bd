import { Skeleton } from '../../ui/skeleton.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Service, services } from '../services.ts';
import type { OverviewAnswer } from './history.ts';
import styles from './overview.module.css';

const listening: readonly Service[] = ['cart', 'discount', 'inventory', 'order'];

/** How far events have come: from each outbox, and to each listener, by topic. */
export const Flow = ({ overview }: { overview: OverviewAnswer | undefined }) => (
  <Panel title="Events on their way" aside="published by rows, heard by columns" className={styles.flow}>
    {overview ? <Shown {...overview} /> : <Skeleton height="196px" />}
  </Panel>
);

const Shown = ({ outbox, lag }: OverviewAnswer) => {
  const depthOf = (service: Service) => outbox.find((one) => one.service === service)?.depth;
  const behind = (group: Service, topic: Service) =>
    lag.find((one) => one.group === group && one.topic === topic)?.behind;
  return (
    <table className={styles.flowTable}>
      <thead>
        <tr>
          <th scope="col">Topic</th>
          <th scope="col">outbox</th>
          {listening.map((group) => (
            <th key={group} scope="col">
              {group}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {services.map((topic) => (
          <tr key={topic}>
            <th scope="row">{topic}</th>
            <Count value={depthOf(topic)} missing="no answer" />
            {listening.map((group) => (
              <Count key={group} value={behind(group, topic)} missing="" />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Count = ({ value, missing }: { value: number | undefined; missing: string }) => (
  <td className={value ? styles.behind : styles.upToDate}>
    {value === undefined ? <span className={styles.nobody}>{missing}</span> : value.toLocaleString('en')}
  </td>
);
