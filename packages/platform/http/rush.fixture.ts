import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';
import { systemClock } from '../time/system.ts';

/** Opens connections at once, and tells how many of them there are before the system tries the others again. */
const { port, count, told } = workerData as { port: number; count: number; told: Int32Array };
let made = 0;
const tell = () => {
  Atomics.store(told, 0, made);
  Atomics.notify(told, 0);
};
for (let n = 0; n < count; n += 1)
  connect(port, '127.0.0.1').once('connect', () => {
    made += 1;
    if (made === count) tell();
  });
// Less than the second after which the system repeats what was not answered.
void systemClock.sleep(800).then(tell);
