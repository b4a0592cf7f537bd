import { get } from 'node:http';

const patienceMs = 3_000;

export interface HttpAnswer {
  status: number;
  body: string;
}

/** GETs once, over a connection of its own; rejects when there is no answer for 3 s. */
export const ask = (url: string): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const sent = get(url, { agent: false, timeout: patienceMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    sent.once('timeout', () => sent.destroy(new Error('it does not answer')));
    sent.once('error', reject);
  });
