import type { Faults, ProductDraft } from './draft.ts';

/** What a part of the product's form needs of it. */
export interface PartProps {
  draft: ProductDraft;
  faults: Faults;
  set: (change: Partial<ProductDraft>) => void;
}
