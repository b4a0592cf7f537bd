import { useRef, useState } from 'react';
import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ErrorState } from '../../ui/error-state.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { Panel } from '../parts/panel.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { Faults } from './faults.tsx';
import styles from './lab.module.css';
import { Past } from './past.tsx';
import { Race } from './race.tsx';
import { Start } from './start.tsx';
import { isOff, useLab } from './use-lab.ts';

/** Real checkouts of many buyers for few units, and the means to break a step while they run. */
export default function Lab() {
  const { data, error, refetch } = useLab();
  const [chosen, choose] = useState<string>();
  const main = useRef<HTMLDivElement>(null);
  const show = (id: string) => {
    choose(id);
    // On a narrow screen the race runs below what starts it.
    if (main.current && main.current.getBoundingClientRect().top > window.innerHeight / 2)
      main.current.scrollIntoView();
  };
  if (isOff(error)) return <Off />;
  const run = data?.runs.find(({ id }) => id === chosen) ?? data?.runs[0];
  return (
    <>
      <ViewHead title="Race lab">
        <p>Real checkouts of many buyers for few units. Watch what holds, and break a step while they run.</p>
      </ViewHead>
      {!data && error && <ErrorState error={error} retry={() => void refetch()} />}
      {(data || !error) && (
        <div className={styles.layout}>
          <div className={styles.side}>
            <Panel title="Race">
              <Start isRunning={data?.runs.some(({ finishedAt }) => finishedAt === null) ?? false} onStart={show} />
            </Panel>
            <Panel title="Break a step">
              <Faults faults={data?.faults ?? []} />
            </Panel>
          </div>
          <div ref={main} className={styles.main}>
            {!data && (
              <>
                <Loading what="the lab" />
                <Skeleton height="420px" />
              </>
            )}
            {data && !run && (
              <Panel title="Nothing has run yet">
                <Empty title="Press start">
                  Each buyer is a real one, with a cart and a checkout of its own; all of them go for the same units at
                  once. Nobody gets one twice, and nothing stays locked: that is what you see hold.
                </Empty>
              </Panel>
            )}
            {run && <Race key={run.id} run={run} />}
            {data && data.runs.length > 1 && <Past runs={data.runs} shown={run?.id} onChoose={choose} />}
          </div>
        </div>
      )}
    </>
  );
}

const Off = () => (
  <>
    <ViewHead title="Race lab" />
    <Empty title="The race lab is off" actions={<ButtonLink to="/console">To the overview</ButtonLink>}>
      A shop in earnest has none: it sells for real and breaks steps on purpose. Started with LAB=on, and not in
      production, the shop has one.
    </Empty>
  </>
);
