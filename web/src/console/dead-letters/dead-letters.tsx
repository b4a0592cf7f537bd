import type { Api } from '@shop/sdk/api.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { shop } from '../../client/shop.ts';
import { wordsOf } from '../../client/words.ts';
import { Ago } from '../../ui/ago.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { toast } from '../../ui/toasts.tsx';
import { SagaLink, sagaIdOf } from '../events/saga-link.tsx';
import { type Column, DataTable, useOpenRows } from '../parts/data-table.tsx';
import { Facts } from '../parts/facts.tsx';
import { Id } from '../parts/id.tsx';
import { Json } from '../parts/json.tsx';
import { RowButton } from '../parts/rows.tsx';
import { ViewHead } from '../parts/view-head.tsx';
import { consoleKey, LIVE_MS, useList } from '../queries.ts';
import styles from './dead-letters.module.css';

export type Letter = Api['GET /admin/dead-letters']['answer']['items'][number];

const typeOf = ({ event, topic }: Letter): string => {
  const type = (event as { type?: unknown } | null)?.type;
  return typeof type === 'string' ? type : topic;
};

/** Events that a service could not apply: why, what they carry, and the way to try again. */
export default function DeadLetters() {
  const list = useList({
    key: ['dead letters'],
    page: (cursor, signal) => shop.operations.deadLetters({ cursor, limit: 50 }, { signal }),
    everyMs: LIVE_MS,
  });
  const { isOpen, toggle } = useOpenRows();
  const columns: readonly Column<Letter>[] = [
    {
      head: 'Event',
      cell: (letter) => (
        <RowButton open={isOpen(letter.id)} toggle={() => toggle(letter.id)}>
          {typeOf(letter)}
        </RowButton>
      ),
    },
    { head: 'Could not be applied by', from: 'medium', tight: true, cell: ({ group }) => group },
    { head: 'Why', from: 'wide', cell: ({ error }) => <span className={styles.error}>{error || '–'}</span> },
    { head: 'State', tight: true, from: 'small', cell: (letter) => <LetterState letter={letter} /> },
    { head: 'Buried', figures: true, tight: true, from: 'medium', cell: ({ at }) => <Ago at={at} brief /> },
    { head: 'Again', tight: true, cell: (letter) => <Replay letter={letter} /> },
  ];
  return (
    <>
      <ViewHead title="Dead letters">
        <p>Events that a service could not apply. Mend what is wrong with it, then send them again.</p>
      </ViewHead>
      <DataTable
        label="Dead letters"
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        isOpen={isOpen}
        detail={(letter) => <Inspect letter={letter} />}
        empty={
          <Empty title="No dead letters">
            An event that a service can’t apply, however often it tries, is put aside here, so that those after it are
            not held up.
          </Empty>
        }
      />
    </>
  );
}

const LetterState = ({ letter: { burials, replayedAt } }: { letter: Letter }) => {
  if (replayedAt) return <Badge tone="success">Sent again</Badge>;
  return <Badge tone="danger">{burials > 1 ? `Waits, failed ${burials} times` : 'Waits'}</Badge>;
};

const Inspect = ({ letter }: { letter: Letter }) => (
  <div className={styles.inspect}>
    <Facts
      facts={[
        ['Why', letter.error],
        ['Service', letter.group],
        ['Topic', letter.topic],
        ['Saga', sagaIdOf(letter.event) && <SagaLink key="saga" id={sagaIdOf(letter.event)} />],
        ['Letter', <Id key="id" of="dead letter" value={letter.id} whole />],
        ['Sent again', letter.replayedAt && <Ago key="at" at={letter.replayedAt} />],
      ]}
    />
    <Json value={letter.event} label={`Payload of ${typeOf(letter)}`} />
  </div>
);

const Replay = ({ letter }: { letter: Letter }) => {
  const client = useQueryClient();
  const replay = useMutation({
    mutationFn: () => shop.operations.replay(letter.id),
    onSuccess: () => toast(`${typeOf(letter)} was sent to ${letter.group} again`),
    onError: (error) => toast(wordsOf(error).detail, { tone: 'danger' }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: consoleKey('dead letters') });
      void client.invalidateQueries({ queryKey: consoleKey('overview') });
    },
  });
  return (
    <Button
      size="small"
      busy={replay.isPending}
      aria-label={`Replay ${typeOf(letter)} to ${letter.group}`}
      onClick={() => replay.mutate()}
    >
      Replay
    </Button>
  );
};
