import type { Caller } from '@shop/platform/http-client/caller.ts';
import type { OutboxSource } from '@shop/platform/messaging/outbox.ts';

export interface OutboxDepth {
  service: string;
  depth: number;
}

const PATIENCE_MS = 1_000;

const isDepth = (value: unknown): value is OutboxDepth =>
  typeof value === 'object' && value !== null && typeof (value as OutboxDepth).depth === 'number';

/** How many events wait in each service's outbox; those that don't answer within a second are left out. */
export const outboxDepthsOf =
  (own: Pick<OutboxSource, 'depth'>, callers: Record<string, Pick<Caller, 'call'>>) =>
  async (): Promise<OutboxDepth[]> => {
    const path = '/internal/outbox';
    const asked = Object.values(callers).map(({ call }) =>
      call({ method: 'GET', path, isReply: isDepth, withinMs: PATIENCE_MS }),
    );
    const order = own.depth().then((depth) => ({ service: 'order', depth }));
    const answers = await Promise.allSettled<OutboxDepth>([...asked, order]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  };
