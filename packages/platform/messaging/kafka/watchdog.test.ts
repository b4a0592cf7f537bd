import { describe, expect, it } from 'vitest';
import { createWatchdog } from './watchdog.ts';

const watch = (state = { next: 5n, hungry: true }) => {
  const reader = { topic: 'order', partition: 2, next: () => state.next, hungry: () => state.hungry };
  const other = { topic: 'order', partition: 1, next: () => 9n, hungry: () => true };
  const watchdog = createWatchdog([other, reader]);
  const look = (offset: bigint) =>
    watchdog.look([
      { topic: 'order', partition: 1, offset: 9n },
      { topic: 'order', partition: 2, offset },
    ]);
  return { state, reader, look };
};

describe('the watchdog', () => {
  it('When a reader gets nothing of what there is between two looks, then it is stuck', () => {
    const { reader, look } = watch();
    expect(look(8n)).toBeUndefined();
    expect(look(8n)).toBe(reader);
  });

  it('When a reader gets anything, has all there is or wants no more, then it is not', () => {
    const { state, look } = watch();
    look(8n);
    state.next = 6n;
    expect(look(8n)).toBeUndefined();
    state.next = 8n;
    expect(look(8n)).toBeUndefined();
    expect(look(9n)).toBeUndefined();
    state.hungry = false;
    expect(look(9n)).toBeUndefined();
    state.hungry = true;
    expect(look(9n)).toBeUndefined();
  });
});
