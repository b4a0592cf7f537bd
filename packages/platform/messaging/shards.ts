/** Relays share an outbox by shards. */
export const shardCount = 8;

/** FNV-1a of a text, cut to the number of shards: every process finds the same. */
export const shardOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % shardCount;
};
