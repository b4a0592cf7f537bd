import type { Checkout } from '@shop/sdk/api.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { shop } from '../../client/shop.ts';
import type { JournalEvent } from '../journal.ts';
import { consoleKey } from '../queries.ts';

export const isFinal = ({ status }: Pick<Checkout, 'status'>): boolean =>
  status === 'completed' || status === 'compensated';

/** Where the stream of its changes breaks, it is asked for instead. */
const ASK_MS = 5_000;

/** A saga, kept up to date until it has ended. */
export const useSaga = (id: string) => {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: consoleKey('saga', id),
    queryFn: ({ signal }) => shop.checkouts.get(id, { signal }),
    refetchInterval: ({ state: { data } }) => (data && !isFinal(data) ? ASK_MS : false),
  });
  const isMoving = query.data !== undefined && !isFinal(query.data);

  useEffect(() => {
    if (!isMoving) return;
    const stop = new AbortController();
    const watch = async () => {
      for await (const saga of shop.checkouts.watch(id, stop.signal)) client.setQueryData(consoleKey('saga', id), saga);
    };
    watch().catch(() => {
      // The question above goes on, and says what is wrong.
    });
    return () => stop.abort();
  }, [client, id, isMoving]);

  return query;
};

const FRESH_MS = 5_000;
const EVENTS_MS = 1_000;

/** The last events of a saga come a little after its end. */
const mayPublish = ({ finishedAt }: Checkout): boolean =>
  finishedAt === null || Date.now() - Date.parse(finishedAt) < FRESH_MS;

/**
 * What was published about a saga, the oldest first. A cancel's events carry the saga of the checkout that they undo:
 * they are told by the order's key, from the cancel on.
 */
export const useSagaEvents = (saga: Checkout) => {
  const filter = saga.kind === 'cancel' ? { key: saga.orderId } : { sagaId: saga.id };
  return useQuery({
    queryKey: consoleKey('saga events', filter),
    queryFn: async ({ signal }): Promise<JournalEvent[]> => {
      const { items } = await shop.operations.events({ ...filter, limit: 100 }, { signal });
      const since = saga.kind === 'cancel' ? Date.parse(saga.createdAt) : 0;
      return items
        .filter(({ time }) => Date.parse(time) >= since)
        .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1));
    },
    refetchInterval: () => (mayPublish(saga) ? EVENTS_MS : false),
  });
};

/** The time, as often as it is worth drawing while something runs. */
export const useNow = (isMoving: boolean): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [isMoving]);
  return now;
};
