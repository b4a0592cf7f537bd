/** Chance from a seed: the same draws in every run. */
export interface Random {
  /** A fraction in [0, 1). */
  fraction(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Spreads a seed and a name over 32 bits (FNV-1a, then the finisher of MurmurHash3). */
const mixed = (seed: number, name: string): number => {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** A stream of draws for each `name`, so that leaving one use of chance out does not change the others (sfc32). */
export const createRandom = (seed: number, name: string): Random => {
  let a = mixed(seed, name);
  let b = mixed(seed ^ 0x9e3779b9, name);
  let c = mixed(seed, `${name}.`);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let warm = 0; warm < 12; warm += 1) next();
  const random: Random = {
    fraction: () => next() / 0x100000000,
    below: (below) => Math.floor((next() / 0x100000000) * below),
    between: (least, most) => least + random.below(most - least + 1),
    chance: (probability) => next() / 0x100000000 < probability,
    pick: (from) => from[random.below(from.length)] as (typeof from)[number],
  };
  return random;
};
