import type { NewEvent } from '@shop/contracts/events.ts';
import { mostPending } from '@shop/platform/mongo/pending.ts';
import { lossyWay } from '@shop/platform/testing/lossy.ts';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { changed, type Product, tombstone } from './domain.ts';
import { productStoreConformance } from './store.conformance.ts';
import { productsOnMongo } from './testing/mongo.ts';
import { aProduct, aVariant, saving } from './testing/products.ts';

const server = new URL(inject('mongo'));
const way = await lossyWay(Number(server.port));
server.port = String(way.port);
const shop = await productsOnMongo({ server: server.href });
const { store, outbox, products } = shop;
/** Its searches look at a few products at a time. */
const slow = await productsOnMongo({ reach: { near: 1, far: 5 } });

const emptied = (parts: typeof slow) => async () => {
  await parts.products.deleteMany();
  return {
    store: parts.store,
    async pending() {
      const events = await parts.outbox.source.pending(10_000);
      return events.map(({ type, key, data }) => ({ type, key, data }) as NewEvent);
    },
  };
};
const empty = emptied(shop);

productStoreConformance('MongoDB', empty);
productStoreConformance('MongoDB, a few products at a time', emptied(slow));

describe('Products on MongoDB', () => {
  const later = '2026-02-02T00:00:00.000Z';
  const renamed = (product: Product, title: string) => changed(product, { title }, later);
  const codes = async (...saves: Parameters<typeof store.save>[0]) =>
    (await store.save(saves)).map((reply) => (reply.ok ? 'ok' : reply.code));
  beforeEach(empty);

  it('When the answer to a save of many is lost, then each is answered as it was, and stored once', async () => {
    const lostBefore = way.lost();
    const [kept, stale] = [aProduct(), aProduct()];
    way.loseAnswerTo(kept.handle);
    expect(await codes(saving(kept), saving(aProduct({ handle: kept.handle })), saving(stale))).toEqual([
      'ok',
      'HANDLE_TAKEN',
      'ok',
    ]);
    const next = renamed(kept, 'New');
    way.loseAnswerTo(kept.handle);
    expect(await codes(saving(next, kept), saving(renamed(stale, 'Late'), next))).toEqual(['ok', 'VERSION_CONFLICT']);
    expect(way.lost() - lostBefore).toBe(2);
    expect(await store.byIds([kept.id])).toEqual([next]);
    const said = (await outbox.source.pending(100)).filter(({ key }) => key === kept.id);
    expect(said.map(({ data }) => data.version)).toEqual([1, 2]);
  });

  it('When a product to change is not there at all, then it is a conflict and none is made', async () => {
    const ghost = aProduct();
    expect(await codes(saving(renamed(ghost, 'Boo'), ghost))).toEqual(['VERSION_CONFLICT']);
    expect(await products.countDocuments()).toBe(0);
  });

  it('When handle, SKU and version are all wrong, then the refusal is the one that PostgreSQL gives', async () => {
    const [holder, other] = [aProduct({ variants: [aVariant({ sku: 'HELD' })] }), aProduct()];
    await store.save([saving(holder), saving(other)]);
    const thief = { handle: holder.handle, variants: [aVariant({ sku: 'HELD' }), aVariant({ sku: 'FREE' })] };
    expect(await codes(saving(aProduct(thief)))).toEqual(['HANDLE_TAKEN']);
    expect(await codes(saving(changed(other, thief, later), other))).toEqual(['HANDLE_TAKEN']);
    const moved = renamed(other, 'Moved on');
    expect(await codes(saving(moved, other))).toEqual(['ok']);
    expect(await codes(saving(changed(other, thief, later), other))).toEqual(['VERSION_CONFLICT']);
    const two = aProduct({ variants: [aVariant({ sku: 'Z' }), aVariant({ sku: 'A' })] });
    await store.save([saving(two)]);
    const replies = await store.save([
      saving(aProduct({ variants: ['Z', 'OWN', 'A', 'HELD'].map((sku) => aVariant({ sku })) })),
    ]);
    expect(replies).toMatchObject([{ code: 'SKU_TAKEN', errors: [{ sku: 'A' }, { sku: 'HELD' }, { sku: 'Z' }] }]);
  });

  it('When a handle is given up while another product wants it, then one write or the other has it', async () => {
    let holder = aProduct({ handle: 'wanted' });
    await store.save([saving(holder)]);
    for (let round = 0; round < 20; round += 1) {
      const given = changed(holder, { handle: `given-up-${round}` }, later);
      const taker = aProduct({ handle: 'wanted' });
      const [gave, [took]] = await Promise.all([codes(saving(given, holder)), codes(saving(taker))]);
      expect(gave).toEqual(['ok']);
      expect(['ok', 'HANDLE_TAKEN']).toContain(took);
      holder = aProduct({ handle: 'wanted' });
      if (took === 'ok') holder = taker;
      else await store.save([saving(holder)]);
    }
  });

  it('When products without SKUs are stored, then they do not stand in each other’s way', async () => {
    const bare = [aProduct({ variants: [] }), aProduct({ variants: [] })];
    expect(await codes(...bare.map((product) => saving(product)))).toEqual(['ok', 'ok']);
    expect(await codes(...bare.map((product) => saving(tombstone(product, later), product)))).toEqual(['ok', 'ok']);
  });

  it('When very many events of one product wait, then it takes no more until some are sent', async () => {
    const product = aProduct();
    await store.save([saving(product)]);
    const [first] = (await products.findOne({ _id: product.id }).lean())?.pending ?? [];
    const pending = Array.from({ length: mostPending }, (_, n) => ({ ...first, id: `${first?.id}-${n}` }));
    await products.updateOne({ _id: product.id }, { $set: { pending } as never });
    const next = renamed(product, 'New');
    await expect(store.save([saving(next, product)])).rejects.toMatchObject({ refusal: { code: 'UNAVAILABLE' } });
    expect(await store.byIds([product.id])).toEqual([product]);
    await outbox.source.sent(await outbox.source.pending(1));
    expect(await codes(saving(next, product))).toEqual(['ok']);
  });

  it('When events are so large that the document would be too, then the save waits for them to be sent', async () => {
    const product = aProduct();
    await store.save([saving(product)]);
    const [first] = (await products.findOne({ _id: product.id }).lean())?.pending ?? [];
    const data = JSON.stringify({ id: product.id, filler: 'x'.repeat(4 * 1024 * 1024) });
    const pending = Array.from({ length: 3 }, (_, n) => ({ ...first, data, id: `${first?.id}-${n}` }));
    await products.updateOne({ _id: product.id }, { $set: { pending } as never });
    const next = changed(product, { title: 'New', description: 'y'.repeat(5 * 1024 * 1024) }, later);
    await expect(store.save([saving(next, product)])).rejects.toMatchObject({ refusal: { code: 'UNAVAILABLE' } });
    await outbox.source.sent(await outbox.source.pending(10));
    expect(await codes(saving(next, product))).toEqual(['ok']);
  });

  it('When values are operators, then they find nothing', async () => {
    const nothing = { products: [] };
    await store.save([saving(aProduct())]);
    for (const hostile of [{ $gt: '' }, { $ne: 'x' }, { $regex: '.' }] as never[]) {
      for (const look of [store.byIds, store.byHandles, store.bySkus, store.takenHandles]) {
        expect(await look([hostile]).catch(() => [])).toEqual([]);
      }
      const asked = { words: [], sort: 'title', limit: 5 } as const;
      for (const field of ['status', 'category', 'brand', 'tag']) {
        expect(await store.list({ ...asked, [field]: hostile }).catch(() => nothing)).toEqual(nothing);
      }
      expect(await store.list({ ...asked, words: [hostile] }).catch(() => nothing)).toEqual(nothing);
      expect(await store.list({ ...asked, after: [hostile, hostile] }).catch(() => nothing)).toEqual(nothing);
    }
    expect(await store.list({ words: ['.*', '^', '$'], sort: 'title', limit: 5 })).toEqual(nothing);
    const nobody = { ...aProduct(), id: { $gt: '' } as never };
    await expect(store.save([saving(aProduct()), saving(nobody)])).rejects.toThrow();
    await expect(store.save([saving(renamed(nobody, 'All'), nobody)])).rejects.toThrow('Cast');
  });
});
