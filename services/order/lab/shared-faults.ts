import type { Live } from '@shop/platform/coordination/live.ts';
import type { Fault, Faults } from './faults.ts';

const CHANNEL = 'lab:faults';

/** Faults that all replicas of order have: whichever of them is told tells the others. */
export const shareFaults = (faults: Faults, live: Live): Faults => {
  live.subscribe(CHANNEL, (message) => faults.adopt(message as Fault));
  return {
    ...faults,
    set(...fault) {
      const set = faults.set(...fault);
      live.publish(CHANNEL, set);
      return set;
    },
  };
};
