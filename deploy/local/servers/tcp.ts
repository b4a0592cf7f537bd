import { connect } from 'node:net';

/** Resolves with the first that the server at a port of 127.0.0.1 says to `words`; rejects when it says nothing in 1 s. */
export const say = (port: number, words: Uint8Array | string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    socket.once('connect', () => socket.write(words));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data);
    });
    socket.once('timeout', () => socket.destroy(new Error('it does not answer')));
    socket.once('end', () => socket.destroy(new Error('it hung up')));
    socket.once('error', reject);
  });
