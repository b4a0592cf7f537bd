import type { Topic } from '@shop/contracts/events.ts';
import { isRefusal, Problem, refuse } from '@shop/contracts/problems.ts';
import { isInfrastructureFailure } from '@shop/platform/failures/infrastructure.ts';
import { decodeCursor, isMoment, page } from '@shop/platform/http/pages.ts';
import { get, post, type Route } from '@shop/platform/http/route.ts';
import type { BuriedLetter, DeadLetters } from '@shop/platform/messaging/dead-letters.ts';
import type { JournalEntry, JournalQuery, Lag } from '@shop/platform/messaging/journal.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { SagaStore } from '../store.ts';
import {
  deadLetter,
  deadLetterList,
  eventList,
  eventListQuery,
  letterListQuery,
  letterParams,
  overview,
} from './schemas.ts';

/** What operators look at, beyond what each service shows of itself. */
export interface ConsoleDeps {
  sagas: Pick<SagaStore, 'statistics'>;
  journal: (query: JournalQuery) => Promise<JournalEntry[]>;
  lag: () => Promise<Lag[]>;
  /** Events that wait in each service's outbox. */
  outboxDepths: () => Promise<{ service: string; depth: number }[]>;
  deadLetters: DeadLetters;
  clock: Clock;
}

/** The overview looks back this far. */
const WINDOW_SECONDS = 300;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const uuidFrom = (value: unknown): string => {
  if (typeof value !== 'string' || !UUID.test(value)) throw new Problem('INVALID_CURSOR');
  return value;
};

const momentFrom = (value: unknown): string => {
  if (!isMoment(value)) throw new Problem('INVALID_CURSOR');
  return value;
};

const letterView = ({ id, topic, group, error, at, event, burials, replayedAt }: BuriedLetter) => ({
  id,
  topic,
  group,
  error,
  at,
  event,
  burials,
  replayedAt: replayedAt ?? null,
});

/** Kafka tells the lag; everything else is told without it, above all to whoever looks why it is away. */
const nothingOfAbsent = (error: unknown): undefined => {
  if (!isInfrastructureFailure(error)) throw error;
};

export const consoleRoutes = (deps: ConsoleDeps): Route[] => [
  get(
    '/admin/overview',
    { summary: 'The shop at a glance, over the last five minutes', access: 'admin', answers: { 200: overview } },
    async () => {
      const [statistics, lag, outbox, deadLetters] = await Promise.all([
        deps.sagas.statistics(WINDOW_SECONDS),
        deps.lag().catch(nothingOfAbsent),
        deps.outboxDepths(),
        deps.deadLetters.waiting(),
      ]);
      return {
        at: deps.clock.now().toISOString(),
        windowSeconds: WINDOW_SECONDS,
        ...statistics,
        outbox,
        lag: lag ?? [],
        deadLetters,
        missing: lag ? [] : ['lag'],
      };
    },
  ),
  get(
    '/admin/events',
    {
      summary: 'The events of the last seven days, newest first',
      access: 'admin',
      query: eventListQuery,
      answers: { 200: eventList, 400: 'INVALID_CURSOR' },
    },
    async ({ query: { limit, cursor, ...filters } }) => {
      const [position] = decodeCursor('events', filters, cursor) ?? [];
      const before = position === undefined ? undefined : uuidFrom(position);
      const entries = await deps.journal({ ...filters, topic: filters.topic as Topic, limit: limit + 1, before });
      const { items, nextCursor } = page(entries, limit, (entry) => [entry.position], 'events', filters);
      return { items: items.map(({ topic, event }) => ({ topic, ...event })), nextCursor };
    },
  ),
  get(
    '/admin/dead-letters',
    {
      summary: 'Events that could not be applied, newest first',
      access: 'admin',
      query: letterListQuery,
      answers: { 200: deadLetterList, 400: 'INVALID_CURSOR' },
    },
    async ({ query: { limit, cursor } }) => {
      const position = decodeCursor('dead-letters', {}, cursor);
      const before = position && { at: momentFrom(position[0]), id: uuidFrom(position[1]) };
      const letters = await deps.deadLetters.list({ limit: limit + 1, before });
      return page(letters.map(letterView), limit, ({ at, id }) => [at, id], 'dead-letters', {});
    },
  ),
  post(
    '/admin/dead-letters/:id/replay',
    {
      summary: 'Send a dead letter once more to the group that could not apply it',
      access: 'admin',
      params: letterParams,
      answers: { 200: deadLetter, 404: 'DEAD_LETTER_NOT_FOUND' },
    },
    async ({ params }) => {
      const replayed = await deps.deadLetters.replay(params.id);
      if (isRefusal(replayed)) return replayed;
      const letter = await deps.deadLetters.show(params.id);
      return letter ? letterView(letter) : refuse('DEAD_LETTER_NOT_FOUND');
    },
  ),
];
