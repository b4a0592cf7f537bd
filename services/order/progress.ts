import type { Live } from '@shop/platform/coordination/live.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { settled } from '@shop/platform/time/deadline.ts';
import type { Saga } from './domain.ts';

/** What watchers of a checkout are told: a timeline that is not stored yet, or that what is stored has changed. */
export type ProgressMessage = { saga: Saga } | { stored: true };

export const channelOf = (sagaId: string): string => `checkout:${sagaId}`;

/** A saga that hurries through its steps is shown where it has come to by then. */
const gatherMs = 50;

/** Tells watchers how sagas go on: `show` of a timeline that is not stored yet, `changed` when what is stored has. */
export const createAnnouncer = (live: Pick<Live, 'publish'>, clock: Clock) => {
  let waiting = new Map<string, Saga>();
  let gathering = false;

  const gather = async (): Promise<void> => {
    gathering = true;
    await clock.sleep(gatherMs);
    const sagas = waiting;
    waiting = new Map();
    gathering = false;
    for (const [id, saga] of sagas) live.publish(channelOf(id), { saga });
  };

  return {
    show(saga: Saga): void {
      waiting.set(saga.id, saga);
      if (!gathering) void gather();
    },
    changed(id: string): void {
      // The row has everything; a timeline of before would hide it again.
      waiting.delete(id);
      live.publish(channelOf(id), { stored: true });
    },
  };
};

/** Keeps only the latest message until it is taken; waiting ends early with the signal, late with the time. */
export const latestMessage = (live: Pick<Live, 'subscribe'>, sagaId: string, clock: Clock) => {
  let latest: ProgressMessage | undefined;
  let wake: AbortController | undefined;
  const unsubscribe = live.subscribe(channelOf(sagaId), (message) => {
    // "Stored" outranks a timeline: the row has everything, and is the truth.
    if (!latest || !('stored' in latest)) latest = message as ProgressMessage;
    wake?.abort(settled);
  });
  return {
    async next(ms: number, signal: AbortSignal): Promise<ProgressMessage | undefined> {
      if (!latest && !signal.aborted) {
        const waiting = new AbortController();
        const leave = () => waiting.abort(settled);
        wake = waiting;
        signal.addEventListener('abort', leave, { once: true });
        await clock.sleep(ms, waiting.signal);
        signal.removeEventListener('abort', leave);
        wake = undefined;
      }
      const message = latest;
      latest = undefined;
      return message;
    },
    close: unsubscribe,
  };
};

const COMMENT_MS = 15_000;
/** Live messages may get lost; the row is looked at this often anyway. */
const LOOK_MS = 1_000;

export const isFinal = (saga: Saga): boolean => saga.state === 'completed' || saga.state === 'compensated';

export interface Watch {
  saga: Saga;
  find: (id: string) => Promise<Saga | undefined>;
  live: Live;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * The saga at once and at every change, until it has ended or the signal aborts; `undefined` when nothing has happened
 * for 15 s. Each piece is the whole saga, so whoever comes back has missed nothing.
 */
export async function* watchSaga({ saga, find, live, clock, signal }: Watch): AsyncGenerator<Saga | undefined> {
  const messages = latestMessage(live, saga.id, clock);
  try {
    let shown = (await find(saga.id)) ?? saga;
    let quietMs = 0;
    yield shown;
    while (!isFinal(shown) && !signal.aborted) {
      const message = await messages.next(LOOK_MS, signal);
      const current = message && 'saga' in message ? message.saga : ((await find(saga.id)) ?? shown);
      if (message || current.version !== shown.version) {
        shown = current;
        quietMs = 0;
        yield shown;
        continue;
      }
      quietMs += LOOK_MS;
      if (quietMs >= COMMENT_MS) {
        quietMs = 0;
        yield undefined;
      }
    }
  } finally {
    messages.close();
  }
}
