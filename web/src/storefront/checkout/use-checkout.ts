import type { Checkout } from '@shop/sdk/api.ts';
import { ShopError, ShopUnreachable } from '@shop/sdk/errors.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { mine } from '../../client/query.ts';
import { currentUser } from '../../client/session.ts';
import { shop } from '../../client/shop.ts';
import { isOver } from './progress.ts';
import { type CheckoutRecord, noteOnRecord } from './record.ts';

export interface CheckoutView {
  /** As the shop told last; undefined before its first word. */
  checkout: Checkout | undefined;
  /** The shop can't be reached; it goes on without us, and we try to come back. */
  isLost: boolean;
  /** Why there is nothing to show or to wait for: it was not begun, or is not ours. */
  error: unknown;
  retry: () => void;
}

/** Pauses between tries to come back to a checkout that is out of reach, in milliseconds. */
const COME_BACK_MS = 3_000;
/** A shorter break is not worth a word. */
const LOST_AFTER_MS = 1_000;

/** Begins the checkout of a record, or finds the one that was begun with its key. Answers its id. */
const start = async ({ key, body, checkoutId }: CheckoutRecord): Promise<string> => {
  if (checkoutId) return checkoutId;
  try {
    const { id } = await shop.checkouts.start(body, { idempotencyKey: key });
    noteOnRecord(key, { checkoutId: id });
    return id;
  } catch (error) {
    // Its refusal carries the checkout, and so does that of a cart which another checkout has: there is all to see.
    const id = error instanceof ShopError ? error.problem.checkoutId : undefined;
    if (!id) throw error;
    noteOnRecord(key, { checkoutId: id });
    return id;
  }
};

/** Waits for the network, or a while. */
const comeBack = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, COME_BACK_MS);
    window.addEventListener('online', done);
    signal.addEventListener('abort', done, { once: true });
  });

/**
 * Runs the checkout of `record`, or shows the one with `id`, of which there may be a record, and follows it to its end. However often it is run, and
 * whatever breaks, it is the same checkout; leaving the page stops the looking, not the checkout.
 */
export const useCheckout = (record: CheckoutRecord | undefined, id: string | undefined): CheckoutView => {
  const client = useQueryClient();
  const [seen, setSeen] = useState<{ of: string; checkout: Checkout }>();
  const [isLost, setLost] = useState(false);
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  // The rest of the record changes while it runs; it is the same checkout as long as the key is.
  const key = id ?? record?.key;

  // biome-ignore lint/correctness/useExhaustiveDependencies: see above; `round` runs it again.
  useEffect(() => {
    if (!key) return;
    const away = new AbortController();
    let lostTimer: ReturnType<typeof setTimeout> | undefined;
    const broken = () => {
      lostTimer ??= setTimeout(() => setLost(true), LOST_AFTER_MS);
    };
    const mended = () => {
      clearTimeout(lostTimer);
      lostTimer = undefined;
      setLost(false);
    };
    const follow = async () => {
      const checkoutId = id ?? (record && (await start(record)));
      if (!checkoutId) return;
      for await (const checkout of shop.checkouts.watch(checkoutId, away.signal, broken)) {
        mended();
        setSeen({ of: key, checkout });
        if (!isOver(checkout)) continue;
        if (record) noteOnRecord(record.key, { ended: true });
        await client.invalidateQueries({ queryKey: mine(currentUser()?.id) });
      }
    };
    const run = async () => {
      while (!away.signal.aborted) {
        try {
          return await follow();
        } catch (failure) {
          if (away.signal.aborted) return;
          if (!(failure instanceof ShopUnreachable)) return setError(failure);
          broken();
          await comeBack(away.signal);
        }
      }
    };
    setError(undefined);
    run();
    return () => {
      away.abort();
      clearTimeout(lostTimer);
    };
  }, [key, round]);

  return {
    checkout: seen && seen.of === key ? seen.checkout : undefined,
    isLost,
    error,
    retry: () => setRound((value) => value + 1),
  };
};
