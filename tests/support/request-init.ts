export interface Sent {
  token?: string;
  body?: object;
  headers?: Record<string, string>;
}

/** A request in JSON as its sender, who gives up after `patienceMs`. */
export const requestInit = (method: string, { token, body, headers }: Sent, patienceMs: number) => ({
  method,
  headers: {
    ...(body && { 'Content-Type': 'application/json' }),
    ...(token && { Authorization: `Bearer ${token}` }),
    ...headers,
  },
  body: body && JSON.stringify(body),
  signal: AbortSignal.timeout(patienceMs),
});
