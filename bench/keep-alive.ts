import { Agent } from 'undici';

/**
 * A `fetch` for the SDK on undici's own requests: connections that are kept, and little work, since the load's CPU is
 * taken from the shop on the same machine. What it answers has of a Response what the SDK reads.
 */
export const keepAliveFetch = (connections: number): { fetch: typeof fetch; close: () => Promise<void> } => {
  const agent = new Agent({ connections, pipelining: 1, keepAliveTimeout: 60_000, headersTimeout: 0, bodyTimeout: 0 });
  const send = async (input: string, init: RequestInit): Promise<Response> => {
    const at = input.indexOf('/', 8);
    const { statusCode, headers, body } = await agent.request({
      origin: input.slice(0, at),
      path: input.slice(at),
      method: init.method as 'GET',
      headers: init.headers as Record<string, string>,
      body: init.body as string | undefined,
      signal: init.signal,
    });
    const text = await body.text();
    const kept = Object.entries(headers).filter(([name]) => name === 'retry-after' || name === 'location');
    const answer = {
      status: statusCode,
      ok: statusCode >= 200 && statusCode < 300,
      headers: new Headers(kept as [string, string][]),
      text: async () => text,
    };
    return answer as Response;
  };
  return { fetch: send as typeof fetch, close: () => agent.close() };
};
