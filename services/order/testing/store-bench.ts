import type { NewEvent } from '@shop/contracts/events.ts';
import { refuse } from '@shop/contracts/problems.ts';
import type { OrderStore, SagaStore } from '../store.ts';
import { START } from './fixtures.ts';

export interface OrderStoreUnderTest {
  store: SagaStore & OrderStore;
  /** What was said and not yet relayed, in order. */
  events(): Promise<NewEvent[]>;
  /** The sagas that the store has told of as changed, in order. */
  told: string[];
}

export type Bench = ReturnType<typeof benchOf>;

/** How the store under test is looked at. */
export const benchOf = (tested: () => OrderStoreUnderTest) => {
  const store = () => tested().store;
  const eventsOf = async (orderId: string): Promise<{ type: string; data: Record<string, unknown> }[]> =>
    (await tested().events())
      .filter(({ key }) => key === orderId)
      .map(({ type, data }) => ({ type, data: { ...data } }));
  return {
    store,
    eventsOf,
    typesOf: async (orderId: string) => (await eventsOf(orderId)).map(({ type }) => type),
    state: async (id: string) => (await store().find(id))?.state,
    /** The sagas that were told of while `work` ran. */
    async toldBy(work: () => Promise<unknown>) {
      const before = tested().told.length;
      await work();
      return tested().told.slice(before);
    },
  };
};

/** A decision to roll back. */
export const rollback = {
  problem: refuse('OUT_OF_STOCK'),
  participants: ['cart', 'discount'] as ('cart' | 'discount')[],
  steps: [],
  at: START,
};
