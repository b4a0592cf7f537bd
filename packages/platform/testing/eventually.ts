import { systemClock } from '../time/system.ts';

/** Waits until `condition` holds; fails with what it said or threw last when that takes longer than `withinMs`. */
export const eventually = async (condition: () => unknown, withinMs = 8_000): Promise<void> => {
  const deadline = systemClock.now().getTime() + withinMs;
  for (;;) {
    let last: unknown;
    try {
      last = await condition();
      if (last) return;
    } catch (error) {
      last = error;
    }
    if (systemClock.now().getTime() > deadline) {
      throw last instanceof Error ? last : new Error(`It did not come to be within ${withinMs} ms`);
    }
    await systemClock.sleep(10);
  }
};
