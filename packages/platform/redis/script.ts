import { createHash } from 'node:crypto';
import type { Command } from './connection.ts';

/** A script for one question: what it names (`KEYS`) and what it is told (`ARGV`). */
export type Script = (keys: readonly string[], args: readonly (string | number)[]) => Command<unknown>;

/** A Lua script, asked for by its digest; sent whole where the server does not know it yet, or not any more. */
export const script = (lua: string): Script => {
  const digest = createHash('sha1').update(lua).digest('hex');
  return (keys, args) => async (client) => {
    try {
      return await client.evalsha(digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.eval(lua, keys.length, ...keys, ...args);
    }
  };
};
