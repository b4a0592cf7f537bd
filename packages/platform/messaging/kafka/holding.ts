import type { GroupAssignment } from '@platformatic/kafka';
import { type Assignment, type AssignmentOptions, startAssignment } from './assignment.ts';
import type { RawConsumer } from './clients.ts';

/** Deliveries that are aborted get so long to end before their partitions go to another member, or the process ends. */
const graceMs = 4_000;

/** What a process holds as a member of a group: one assignment after the other. */
export interface Holding {
  assign(member: RawConsumer, partitions: readonly GroupAssignment[]): void;
  /** Gives everything up; resolves when that is done. */
  revoke(): Promise<void>;
  /** Whether a partition waits for records. */
  hungry(): boolean;
  failingMs(): number;
}

/** Resolves when the work has ended, or when the signal aborts. */
const endOf = async (work: Promise<void> | undefined, signal: AbortSignal): Promise<void> => {
  if (!work || signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const abort = () => aborted.resolve();
  signal.addEventListener('abort', abort, { once: true });
  await Promise.race([work, aborted.promise]);
  signal.removeEventListener('abort', abort);
};

export type HoldingOptions = Omit<AssignmentOptions, 'member' | 'partitions' | 'onLeft'>;

/**
 * Begins and ends assignments. A delivery that didn't end when its partition was given up is still waited for where the
 * partition comes back to this process: it never handles one twice at a time.
 */
export const createHolding = (options: HoldingOptions): Holding => {
  const unfinished = new Map<string, Promise<void>>();
  let assignment: Assignment | undefined;
  let revoked: Promise<void> = Promise.resolve();

  const onLeft = (place: string, ended: Promise<void>): void => {
    const before = unfinished.get(place);
    const all = Promise.all([before, ended]).then(() => {
      if (unfinished.get(place) === all) unfinished.delete(place);
    });
    unfinished.set(place, all);
  };

  return {
    assign(member, partitions) {
      const owned: AssignmentOptions['owned'] = async (signal, place) => {
        await endOf(unfinished.get(place), signal);
        await options.owned(signal, place);
      };
      assignment = startAssignment({ ...options, member, partitions, owned, onLeft });
    },
    revoke() {
      revoked = Promise.all([revoked, assignment?.end(graceMs)]).then(() => {});
      assignment = undefined;
      return revoked;
    },
    hungry: () => assignment?.hungry() ?? false,
    failingMs: () => assignment?.failingMs() ?? 0,
  };
};
