import type { Checkout } from './api.ts';
import { ShopError } from './errors.ts';
import { eventsOf } from './event-stream.ts';

/** Opens the stream of a checkout's events. */
export type OpenStream = (signal?: AbortSignal) => Promise<Response>;

const isFinal = ({ status }: Checkout): boolean => status === 'completed' || status === 'compensated';

/** Pauses before the stream is opened again after it broke; a stream that brought something starts over. */
const pausesMs = [100, 300, 1_000, 3_000, 5_000, 5_000];

const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
  });

/**
 * The checkout at once and at every change, the last one final; ends after it, and when the signal aborts. Each piece is
 * the whole checkout, so a stream that broke is opened again without anything being missed; `onBroken` is told.
 * @throws ShopError where the shop refuses, what opening threw where it can't be reached for 15 s.
 */
export async function* watchCheckout(
  open: OpenStream,
  signal?: AbortSignal,
  onBroken?: () => void,
): AsyncGenerator<Checkout> {
  for (let failures = 0; !signal?.aborted; failures += 1) {
    try {
      const { body } = await open(signal);
      if (!body) return;
      for await (const { event, data } of eventsOf(body)) {
        if (event !== 'checkout') continue;
        failures = 0;
        const checkout = JSON.parse(data) as Checkout;
        yield checkout;
        if (isFinal(checkout)) return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      const final = error instanceof ShopError && error.status < 500 && error.status !== 429;
      if (final || failures >= pausesMs.length) throw error;
    }
    if (signal?.aborted) return;
    onBroken?.();
    await pause(pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0, signal);
  }
}
