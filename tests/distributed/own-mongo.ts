import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createLeash } from '../../deploy/local/servers/leash.ts';
import { startMongo } from '../../deploy/local/servers/mongo.ts';

export interface OwnMongo {
  /** Without a database, as the run's own: `mongodb://127.0.0.1:p/?replicaSet=rs0&directConnection=true`. */
  url: string;
  kill(): Promise<void>;
  /** Starts it again where it was, and waits until it is primary. */
  restart(): Promise<void>;
  /** It answers nothing any more, and its connections stay open. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A MongoDB that a test may kill and pause; it ends with the tests of the file. Call it at the top of that. */
export const ownMongo = async (): Promise<OwnMongo> => {
  const dir = await mkdtemp(join(tmpdir(), 'shop-mongo-'));
  const leash = createLeash();
  leash.hold({ folder: dir });
  afterAll(() => leash.end());
  const start = (port?: number) => startMongo({ dir, port, onStart: (process) => leash.hold({ process }) });
  let server = await start();
  return {
    url: server.url,
    kill: () => server.kill(),
    async restart() {
      server = await start(server.port);
    },
    async pause() {
      await server.signal('SIGSTOP');
    },
    async resume() {
      await server.signal('SIGCONT');
    },
  };
};
