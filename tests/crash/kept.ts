import { expect } from 'vitest';
import type { Reply } from '../support/client.ts';

/** What was acknowledged, and how to see that it still is so. */
interface Fact {
  what: string;
  /** Answers true when it holds. */
  holds: () => Promise<boolean>;
}

/** A write with an idempotency key: it may be sent again, whether it was answered or cut off. */
interface Repeatable {
  send: () => Promise<Reply>;
  reply?: Reply;
}

/** What somebody did, as far as it was acknowledged before the shop was killed under it. */
export interface Played {
  facts: Fact[];
  repeatable: Repeatable[];
  /** The shop was killed before it was all played. */
  isCutOff: boolean;
}

/** Plays a part until it ends or the shop is killed under it. */
export const playing = async (part: (played: Recorder) => Promise<void>): Promise<Played> => {
  const played: Played = { facts: [], repeatable: [], isCutOff: false };
  await part(createRecorder(played)).catch((error: unknown) => {
    // The shop was killed: fetch says so, with what it met. Anything else is a fault of the shop, or of the part.
    if (!(error instanceof TypeError && error.cause)) throw error;
    played.isCutOff = true;
  });
  return played;
};

export interface Recorder {
  /** Sends a write; once it is acknowledged (with 2xx unless said), `holds` must answer true for good. */
  keep(
    what: string,
    send: () => Promise<Reply>,
    holds: (reply: Reply) => Promise<boolean>,
    status?: number,
  ): Promise<Reply>;
  /** Sends a write that has an idempotency key. */
  repeatable(send: () => Promise<Reply>): Promise<Reply>;
}

const createRecorder = ({ facts, repeatable }: Played): Recorder => ({
  async keep(what, send, holds, status) {
    const reply = await send();
    const asWanted = status === undefined ? reply.status >= 200 && reply.status < 300 : reply.status === status;
    if (!asWanted) throw new Error(`${what}: ${reply.status} ${JSON.stringify(reply.body)}`);
    facts.push({ what, holds: () => holds(reply) });
    return reply;
  },
  async repeatable(send) {
    const one: Repeatable = { send };
    repeatable.push(one);
    one.reply = await send();
    return one.reply;
  },
});

const idOf = ({ body }: Reply): string => body.id ?? body.checkoutId;

/** Each repeatable write is answered as before, or for the first time; what was acknowledged holds. */
export const expectKept = async ({ facts, repeatable }: Played): Promise<void> => {
  for (const { send, reply } of repeatable) {
    const again = await send();
    expect([200, 201, 409]).toContain(again.status);
    if (reply) expect([again.status, idOf(again)]).toEqual([reply.status, idOf(reply)]);
  }
  const lost: string[] = [];
  for (const { what, holds } of facts) if (!(await holds())) lost.push(what);
  expect(lost).toEqual([]);
};
