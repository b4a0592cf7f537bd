import { setTimeout as pause } from 'node:timers/promises';
import type { Chronicle } from './history.ts';
import type { Person } from './shopper.ts';

/** What compensates may wait for 30 s between two attempts, and longer after a server that was away. */
const REST_MS = 300_000;
const LOOK_MS = 500;
const AT_A_TIME = 100;

export interface Rest {
  /** How often a parked saga was pushed on. */
  retried: number;
  /** Sagas that did not end, in sentences. */
  breaches: string[];
}

/** Waits until every saga has ended; pushes parked ones on, as an operator would. */
export const comeToRest = async (admin: Person, chronicle: Chronicle): Promise<Rest> => {
  const end = chronicle.elapsed() + REST_MS;
  const of = async (status: string) =>
    (await admin.ask('GET', `/checkouts?limit=${AT_A_TIME}&status=${status}`)).body.items as { id: string }[];
  for (let retried = 0; ; ) {
    const [running, compensating, parked] = [await of('running'), await of('compensating'), await of('parked')];
    for (const { id } of parked) {
      await admin.ask('POST', `/checkouts/${id}/retry`, { body: {} });
      retried += 1;
    }
    const left = [
      ...running.map(({ id }) => `checkout ${id} is still running`),
      ...compensating.map(({ id }) => `checkout ${id} is still being rolled back`),
      ...parked.map(({ id }) => `checkout ${id} is parked`),
    ];
    if (left.length === 0 || chronicle.elapsed() > end) return { retried, breaches: left };
    await pause(LOOK_MS);
  }
};
