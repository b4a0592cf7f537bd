import type { AnyShopEvent } from '@shop/contracts/events.ts';
import fc from 'fast-check';
import { expect } from 'vitest';

/** A store behind its port, as a history of calls meets it. */
export interface Twin<Call> {
  /** Makes one call and answers what the store replied. */
  run(call: Call): Promise<unknown>;
  /** Everything that was said so far, in order; nobody takes it away. */
  said(): Promise<AnyShopEvent[]>;
}

export interface TwinsOptions<Call> {
  calls: fc.Arbitrary<Call>;
  /** Two empty stores whose ids and clocks go alike. */
  open: () => Promise<readonly [Twin<Call>, Twin<Call>]>;
  /** How many histories, and how long the longest may be. */
  histories: number;
  longest: number;
}

/**
 * Makes the same random calls of two stores and expects the same of both: each reply, each failure, and every event with
 * its time and payload; how many ids they take to make one is their own. A history in which they differ is shrunk to a short one. `TWINS` multiplies the histories.
 */
export const expectTwins = async <Call>({ calls, open, histories, longest }: TwinsOptions<Call>): Promise<void> => {
  const many = Number(process.env.TWINS ?? 1);
  // Without bias, which would make the first histories short ones.
  const history = fc.noBias(fc.array(calls, { minLength: 1, maxLength: longest, size: 'max' }));
  await fc.assert(
    fc.asyncProperty(history, async (made) => {
      const [one, other] = await open();
      for (const call of made) {
        const [reply, otherReply] = [await outcomeOf(one, call), await outcomeOf(other, call)];
        expect(otherReply, JSON.stringify(call)).toEqual(reply);
      }
      expect((await other.said()).map(withoutId)).toEqual((await one.said()).map(withoutId));
    }),
    {
      numRuns: histories * many,
      seed: many === 1 ? 1 : undefined,
      // Shrinking ends then too, with what it has come to.
      interruptAfterTimeLimit: 15_000 * many,
      reporter({ failed, seed, counterexample, errorInstance }) {
        const shown = (counterexample?.[0] ?? []).map((call) => JSON.stringify(call)).join('\n');
        if (failed) throw new Error(`The twins differ (seed ${seed}) after\n${shown}`, { cause: errorInstance });
      },
    },
  );
};

const withoutId = ({ id: _, ...event }: AnyShopEvent) => event;

/** What a call came to; how stores word a failure is their own. */
const outcomeOf = async <Call>(twin: Twin<Call>, call: Call): Promise<unknown> =>
  twin.run(call).then(
    (reply) => ({ reply }),
    () => 'it failed',
  );
