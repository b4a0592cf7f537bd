import type { Visitor } from './visitor.ts';

/** Shows what is to be seen, and takes pictures of it under a name each; `look` tells one size and colour from another. */
export type Shot = (
  visitor: Visitor,
  take: (name: string, fullPage?: boolean) => Promise<void>,
  look: string,
) => Promise<void>;
