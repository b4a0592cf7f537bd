import { refuse } from '@shop/contracts/problems.ts';
import { type Model, trusted } from 'mongoose';
import { newSkus } from './domain.ts';
import type { StoredProduct } from './schema.mongo.ts';
import type { Save, SaveReply } from './store.ts';

/** Who has the handles and SKUs that were wanted. */
interface Owners {
  handles: ReadonlyMap<string, string>;
  skus: ReadonlyMap<string, string>;
}

/**
 * Names what each of the saves wanted and others have. One whose keys are all free by now is left out: it may be
 * written again.
 */
export const refusalsOf = async (
  products: Model<StoredProduct>,
  saves: readonly Save[],
): Promise<Map<Save, SaveReply>> => {
  const replies = new Map<Save, SaveReply>();
  if (saves.length === 0) return replies;
  const owners = await ownersOf(products, saves);
  for (const save of saves) {
    const reply = refusalOf(save, owners);
    if (reply) replies.set(save, reply);
  }
  return replies;
};

const refusalOf = ({ product, before }: Save, { handles, skus }: Owners): SaveReply | undefined => {
  const isTaken = (owner: string | undefined) => owner !== undefined && owner !== product.id;
  if (isTaken(handles.get(product.handle))) return refuse('HANDLE_TAKEN');
  const taken = newSkus(product, before).filter((sku) => isTaken(skus.get(sku)));
  return taken.length > 0 ? refuse('SKU_TAKEN', { errors: taken.map((sku) => ({ sku })) }) : undefined;
};

const ownersOf = async (products: Model<StoredProduct>, saves: readonly Save[]): Promise<Owners> => {
  const handles = saves.map(({ product }) => product.handle);
  const skus = saves.flatMap(({ product, before }) => newSkus(product, before));
  const found = await products
    .find(
      { $or: [{ 'product.handle': trusted({ $in: handles }) }, { 'product.owned.sku': trusted({ $in: skus }) }] },
      { 'product.handle': 1, 'product.owned.sku': 1 },
    )
    // Whatever stood in the way is there by now, if not yet on the disks of a majority.
    .readConcern('local')
    .batchSize(1_000)
    .lean<Pick<StoredProduct, '_id' | 'product'>[]>();
  return {
    handles: new Map(found.map(({ _id, product }) => [product.handle, _id])),
    skus: new Map(found.flatMap(({ _id, product }) => product.owned.map(({ sku }) => [sku, _id] as const))),
  };
};
