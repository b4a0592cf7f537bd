import type { Session } from './api.ts';
import { ShopError } from './errors.ts';
import type { Message, Send } from './transport.ts';

/** What is kept of a sign-in; `expiresAt` in milliseconds since 1970 by this machine's clock. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
}

/** Where the tokens are; several holders of one sign-in, such as the tabs of a browser, share one. */
export interface Vault {
  read(): Tokens | undefined;
  write(tokens: Tokens | undefined): void;
  /** Runs `work` while no other holder runs any, so that no refresh token is used twice. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export interface SessionOptions {
  /** From an earlier run. */
  tokens?: Tokens;
  /** Called with new tokens to keep, and with `undefined` when the sign-in has ended. */
  onTokens?: (tokens: Tokens | undefined) => void;
  /** Instead of `tokens`, where others hold the same sign-in; in memory unless given. */
  vault?: Vault;
}

const memoryVault = (first: Tokens | undefined): Vault => {
  let tokens = first;
  return {
    read: () => tokens,
    write(next) {
      tokens = next;
    },
    alone: (work) => work(),
  };
};

/** A refresh token works once, so it tells one pair of tokens from the next. */
const isSame = (one: Tokens | undefined, other: Tokens | undefined): boolean =>
  one?.refreshToken === other?.refreshToken;

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
export const createSession = (send: Send, { tokens: first, onTokens, vault = memoryVault(first) }: SessionOptions) => {
  let renewal: Promise<Tokens | undefined> | undefined;

  const keep = (next: Tokens | undefined): void => {
    vault.write(next);
    onTokens?.(next);
  };

  const renew = async (old: Tokens): Promise<Tokens | undefined> => {
    // Another holder was quicker.
    if (!isSame(vault.read(), old)) return vault.read();
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
      if (isSame(vault.read(), old)) keep(next);
    } catch (error) {
      if (!(error instanceof ShopError && error.status === 401)) throw error;
      if (isSame(vault.read(), old)) keep(undefined);
    }
    return vault.read();
  };

  const renewed = (old: Tokens): Promise<Tokens | undefined> => {
    if (!isSame(vault.read(), old)) return Promise.resolve(vault.read());
    renewal ??= vault
      .alone(() => renew(old))
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  };

  const withToken = (message: Message, current: Tokens | undefined): Message =>
    current ? { ...message, headers: { ...message.headers, Authorization: `Bearer ${current.accessToken}` } } : message;

  return {
    keep,
    tokens: () => vault.read(),
    /** Sends with the access token, renewing it where needed. */
    async send(message: Message): Promise<Response> {
      let current = vault.read();
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
