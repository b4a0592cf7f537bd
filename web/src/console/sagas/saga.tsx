import type { Checkout } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { shop } from '../../client/shop.ts';
import { formatDuration } from '../../client/time.ts';
import { wordsOf } from '../../client/words.ts';
import { Ago } from '../../ui/ago.tsx';
import { Button } from '../../ui/button.tsx';
import { announce } from '../../ui/live-region.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { Failed } from '../parts/failed.tsx';
import { Id, shortId } from '../parts/id.tsx';
import { Panel } from '../parts/panel.tsx';
import { SagaState } from '../parts/states.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { consoleKey } from '../queries.ts';
import { refusalWords, voucherReasonWords } from '../refusals.ts';
import { stepWords, triesOf } from '../steps.ts';
import styles from './saga.module.css';
import { SagaEvents } from './saga-events.tsx';
import { SagaSteps } from './saga-steps.tsx';
import { TimelineChart } from './timeline-chart.tsx';
import { isFinal, useNow, useSaga, useSagaEvents } from './use-saga.ts';

const parent = { to: '/console/sagas', name: 'Sagas' };

/** One saga: what each service did when, and what was said about it. */
export const SagaView = () => {
  const { id = '' } = useParams();
  const { data, error, refetch } = useSaga(id);
  return (
    <>
      <ViewHead
        title={`Saga ${shortId(id)}`}
        parent={parent}
        aside={data && <SagaState status={data.status} />}
        actions={data?.status === 'parked' && <Retry saga={data} />}
      >
        {data && <Facts saga={data} />}
      </ViewHead>
      {data && <Saga key={id} saga={data} />}
      {!data && error && <Failed error={error} what="saga" parent={parent} retry={() => void refetch()} />}
      {!data && !error && (
        <>
          <Loading what="the saga" />
          <Skeleton height="420px" />
        </>
      )}
    </>
  );
};

/** A checkout that was rolled back has placed none. */
const hasOrder = ({ kind, status, steps }: Checkout): boolean =>
  kind === 'cancel' ||
  status === 'completed' ||
  steps.some((step) => step.name === 'createOrder' && step.status === 'done');

const isWaiting = (saga: Checkout): boolean => isFinal(saga) || saga.status === 'parked';

const Facts = ({ saga }: { saga: Checkout }) => {
  const now = useNow(!isWaiting(saga));
  const took = (saga.finishedAt ? Date.parse(saga.finishedAt) : now) - Date.parse(saga.createdAt);
  return (
    <>
      <span className="numbers">{formatDuration(Math.max(0, took))}</span>
      <Ago at={saga.createdAt} />
      {hasOrder(saga) && <Link to={`/console/orders/${saga.orderId}`}>Its order</Link>}
      <span>
        user <Id of="user" value={saga.userId} />
      </span>
      <Id of="saga" value={saga.id} whole />
    </>
  );
};

const Saga = ({ saga }: { saga: Checkout }) => {
  const events = useSagaEvents(saga);
  const now = useNow(!isWaiting(saga));
  const [chosen, choose] = useState<string>();
  return (
    <>
      <Outcome saga={saga} />
      <div className={styles.parts}>
        <Panel title="Timeline" aside={saga.kind === 'cancel' ? 'cancel of an order' : 'across the services'}>
          <TimelineChart saga={saga} events={events.data ?? []} now={now} onChoose={choose} />
        </Panel>
        <Panel title="Steps" flush>
          <SagaSteps saga={saga} />
        </Panel>
        <Panel title="Events" aside="published by one service, heard by others" flush>
          <SagaEvents saga={saga} query={events} chosen={chosen} />
        </Panel>
      </div>
    </>
  );
};

const Outcome = ({ saga }: { saga: Checkout }) => {
  if (saga.status === 'parked') return <Parked saga={saga} />;
  const { problem } = saga;
  if (!problem) return null;
  const undoing = saga.status === 'compensating';
  return (
    <div className={styles.outcome}>
      <Notice tone={undoing ? 'warning' : 'info'} title={refusalWords(problem.code)}>
        <p>
          {problem.detail} {undoing ? 'What was held is being given back.' : 'What was held has been given back.'}
        </p>
        <Details errors={problem.errors ?? []} />
      </Notice>
    </div>
  );
};

const detailOf = (error: Record<string, unknown>): string | undefined => {
  if ('requested' in error) return `${error.sku}: ${error.requested} wanted, ${error.available} left`;
  if ('reason' in error) return `${error.code} ${voucherReasonWords(String(error.reason))}`;
  return 'sku' in error ? String(error.sku) : undefined;
};

const Details = ({ errors }: { errors: Record<string, unknown>[] }) => {
  const lines = errors.map(detailOf).filter((line) => line !== undefined);
  return lines.length > 0 ? (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  ) : null;
};

const Parked = ({ saga }: { saga: Checkout }) => {
  const stuck = saga.steps.findLast(({ status }) => status === 'failed' || status === 'running');
  return (
    <div className={styles.outcome}>
      <Notice tone="danger" title="Parked: it waits for you">
        {stuck
          ? `“${stepWords(stuck.name, stuck.direction).title}” did not work in ${triesOf(stuck)}${stuck.error ? `; the last one said: ${stuck.error}` : ''}.`
          : 'Its tries are used up.'}{' '}
        Nothing is lost: mend what is broken, then retry, and it goes on where it stopped.
      </Notice>
    </div>
  );
};

const Retry = ({ saga }: { saga: Checkout }) => {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => shop.checkouts.retry(saga.id),
    onSuccess: (next) => {
      announce('The saga goes on');
      client.setQueryData(consoleKey('saga', saga.id), next);
      void client.invalidateQueries({ queryKey: consoleKey('overview') });
    },
    // Somebody else was quicker: show what it is now.
    onError: () => void client.invalidateQueries({ queryKey: consoleKey('saga', saga.id) }),
  });
  return (
    <>
      {retry.error && <span role="alert">{wordsOf(retry.error).detail}</span>}
      <Button kind="primary" busy={retry.isPending} onClick={() => retry.mutate()}>
        Retry
      </Button>
    </>
  );
};
