import type { AddGauge } from '@shop/platform/service/gauges.ts';
import type { SagaStore } from './store.ts';

/** Sagas that wait for something, for those who look after the shop. */
export const addSagaGauge = (add: AddGauge, store: Pick<SagaStore, 'unfinished'>): void =>
  add('shop_sagas', 'Sagas that have not ended, by state', ['state'], async () =>
    Object.entries(await store.unfinished()).map(([state, value]) => ({ labels: { state }, value })),
  );
