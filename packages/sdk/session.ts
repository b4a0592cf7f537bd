import type { Session } from './api.ts';
import { ShopError } from './errors.ts';
import type { Message, Send } from './transport.ts';

/** What is kept of a sign-in; `expiresAt` in milliseconds since 1970 by this machine's clock. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
}

export interface SessionOptions {
  /** From an earlier run. */
  tokens?: Tokens;
  /** Called with new tokens to keep, and with `undefined` when the sign-in has ended. */
  onTokens?: (tokens: Tokens | undefined) => void;
}

/** A token is renewed when it has less than this left. */
const marginMs = 10_000;

export const tokensOf = ({ accessToken, refreshToken, expiresIn }: Session): Tokens => ({
  accessToken,
  refreshToken,
  expiresAt: Date.now() + expiresIn * 1000,
});

/**
 * Keeps the tokens of one user and sends messages with them. A token that runs out, or is refused, is renewed once for
 * all messages that wait for it. A refresh token works once, and using it twice ends the sign-in; so a renewal is never
 * sent twice by itself: where its answer was lost, the message at hand fails, and the next one tries.
 */
export const createSession = (send: Send, { tokens: first, onTokens }: SessionOptions) => {
  let tokens = first;
  let renewal: Promise<Tokens | undefined> | undefined;

  const keep = (next: Tokens | undefined): void => {
    tokens = next;
    onTokens?.(next);
  };

  const renew = async (old: Tokens): Promise<Tokens | undefined> => {
    try {
      const response = await send({
        method: 'POST',
        path: '/api/v1/auth/refresh',
        body: JSON.stringify({ refreshToken: old.refreshToken }),
        headers: { 'Content-Type': 'application/json' },
        repeatable: false,
      });
      const next = tokensOf((await response.json()) as Session);
      // Somebody signed in or out meanwhile: that counts.
      if (tokens === old) keep(next);
    } catch (error) {
      if (!(error instanceof ShopError && error.status === 401)) throw error;
      if (tokens === old) keep(undefined);
    }
    return tokens;
  };

  const renewed = (old: Tokens): Promise<Tokens | undefined> => {
    if (tokens !== old) return Promise.resolve(tokens);
    renewal ??= renew(old).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  const withToken = (message: Message, current: Tokens | undefined): Message =>
    current ? { ...message, headers: { ...message.headers, Authorization: `Bearer ${current.accessToken}` } } : message;

  return {
    keep,
    tokens: () => tokens,
    /** Sends with the access token, renewing it where needed. */
    async send(message: Message): Promise<Response> {
      let current = tokens;
      if (current && current.expiresAt - Date.now() < marginMs) current = await renewed(current);
      try {
        return await send(withToken(message, current));
      } catch (error) {
        const refused = error instanceof ShopError && error.code === 'UNAUTHENTICATED';
        if (!refused || !current) throw error;
        const next = await renewed(current);
        if (!next) throw error;
        return send(withToken(message, next));
      }
    },
  };
};

export type SessionKeeper = ReturnType<typeof createSession>;
