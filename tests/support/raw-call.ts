import { request } from 'node:http';
import { contractAt } from './contract.ts';

export interface RawRequest {
  method: string;
  /** Sent as it stands: nothing is decoded, encoded or taken out of it. */
  path: string;
  /** A list is sent as that many headers. */
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
}

export interface RawReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on the JSON that a client sees, whatever its shape.
  body: any;
}

/** Sends what `fetch` would mend or refuse to send; throws when the answer is not as the shop's document says. */
export const rawCall = async (url: string, { method, path, headers, body }: RawRequest): Promise<RawReply> => {
  const { hostname, port } = new URL(url);
  const answer = await new Promise<Omit<RawReply, 'body'>>((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const sent = request({ hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
  const contentType = String(answer.headers['content-type'] ?? '') || null;
  const isJson = contentType?.includes('json') && !contentType.includes('ndjson') && answer.text !== '';
  const reply = { ...answer, body: isJson ? JSON.parse(answer.text) : answer.text };
  const wrong = (await contractAt(url))({ method, path, contentType, status: reply.status, body: reply.body });
  if (wrong) throw new Error(wrong);
  return reply;
};
