import { join } from 'node:path';
import { memoryLive } from '@shop/platform/coordination/memory-live.ts';
import { memoryLocks } from '@shop/platform/coordination/memory-locks.ts';
import { createOutbox } from '@shop/platform/messaging/postgres-outbox.ts';
import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { serve } from '@shop/platform/testing/http.ts';
import { silentLogger } from '@shop/platform/testing/logger.ts';
import { type TestDatabase, testDatabase } from '@shop/platform/testing/postgres.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import type { CheckoutCommands } from '../checkout.saga.ts';
import { createAnnouncer } from '../progress.ts';
import { startRecovery } from '../recovery.ts';
import { orderRoutes } from '../routes.ts';
import { createSagaRunner } from '../saga-runner.ts';
import { createOrders } from '../service.ts';
import { createPostgresOrderStore } from '../store.postgres.ts';
import { agreeable } from './participants.ts';

export const orderDatabase = (): Promise<TestDatabase<unknown>> =>
  testDatabase(join(import.meta.dirname, '../migrations'));

/** The order service on a database, with participants whose commands tests replace as they like. */
export const openWorld = async (pg: Postgres, owner: string = systemIds.uuid()) => {
  const clock = systemClock;
  const live = memoryLive();
  const announcer = createAnnouncer(live, clock);
  const participants: CheckoutCommands = agreeable();
  /** Whether participants answer rollbacks, as they would through the event log. */
  const rollbacks = { answered: true };
  const outbox = createOutbox({ pg, service: 'order', clock, ids: systemIds });
  const store = createPostgresOrderStore({
    pg,
    outbox,
    ids: systemIds,
    changed: (id) => {
      announcer.changed(id);
      if (rollbacks.answered) void answer(id).catch(() => {});
    },
  });
  const answer = async (id: string) => {
    const saga = await store.find(id);
    if (saga?.state !== 'compensating') return;
    const kind = saga.kind === 'cancel' ? 'cancel' : 'rollback';
    for (const participant of saga.participants)
      await store.answered({ sagaId: id, orderId: saga.orderId, kind, participant, at: clock.now().toISOString() });
  };
  const runner = createSagaRunner({
    store,
    // Looked up at each call, so that a test may replace one at any time.
    commands: {
      cart: {
        lock: (command) => participants.cart.lock(command),
        complete: (command) => participants.cart.complete(command),
        merge: (command) => participants.cart.merge(command),
      },
      discount: {
        quote: (request) => participants.discount.quote(request),
        apply: (command) => participants.discount.apply(command),
      },
      inventory: { reserve: (command) => participants.inventory.reserve(command) },
    },
    show: announcer.show,
    clock,
    logger: silentLogger,
  });
  const recovery = await startRecovery({ owner, store, runner, clock, logger: silentLogger });
  const orders = createOrders({ store, recovery, live, locks: memoryLocks(clock), clock, ids: systemIds });
  const server = await serve(orderRoutes(orders));
  return {
    store,
    recovery,
    live,
    participants,
    rollbacks,
    server,
    async close() {
      await server.close();
      await recovery.stop();
    },
  };
};

export type World = Awaited<ReturnType<typeof openWorld>>;
