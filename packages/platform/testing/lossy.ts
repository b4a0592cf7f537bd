import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll } from 'vitest';

export interface LossyWay {
  port: number;
  /** The next request that holds these bytes arrives, its answer does not: the connection breaks in its place. */
  loseAnswerTo(bytes: string): void;
  /** How many answers were lost. */
  lost(): number;
}

/** A way to the server at `port` of this machine on which answers can be lost; gone after the tests of the file. */
export const lossyWay = async (port: number): Promise<LossyWay> => {
  let wanted: string | undefined;
  let lost = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let doomed = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (request) => {
      if (wanted !== undefined && request.includes(wanted)) {
        wanted = undefined;
        doomed = true;
      }
      upstream.write(request);
    });
    upstream.on('data', (answer) => {
      if (!doomed) return client.write(answer);
      lost += 1;
      client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswerTo(bytes) {
      wanted = bytes;
    },
    lost: () => lost,
  };
};
