import type { Model, PipelineStage } from 'mongoose';
import { fromDocument } from './document.ts';
import type { Product } from './domain.ts';
import {
  type Condition,
  type Filter,
  type Part,
  partsOf,
  type Stretch,
  statusOf,
  stretchesOf,
  upTo,
} from './list.mongo.ts';
import type { StoredProduct } from './schema.mongo.ts';
import type { Position } from './search.ts';
import type { Found, ListQuery } from './store.ts';
import type { Words } from './words.mongo.ts';

/** How many products are looked at for a part of a page at most, where no index tells which of them fit. */
export interface Reach {
  /** In the order of the page, for each product of it, before anything is asked about its conditions. */
  near: number;
  /** After that: all that meet the rarest condition, where these are less; else along the order of the page. */
  far: number;
}

export const usualReach: Reach = { near: 16, far: 2_000 };

/** A search that takes longer is given up. The connection would do so soon after, and ask for all of it once more. */
const longestReadMs = 4_000;

/** How products are met: those that meet `conditions`, by the index `hint`. */
interface Stream {
  conditions: readonly Condition[];
  hint: string;
}

/** Reads pages of products. However many there are, no page costs more than its reach. */
export const createPages = (products: Model<StoredProduct>, words: Words, reach: Reach) => {
  const run = <Row>(stages: PipelineStage[], hint: string): Promise<Row[]> =>
    products.aggregate<Row>(stages, { hint, maxTimeMS: longestReadMs });

  /** The conditions with how many meet each, as far as a page reaches; told by the indexes alone. The rarest is first. */
  const counted = async (status: Filter, conditions: readonly Condition[]) => {
    const counting = conditions.map(async (condition) => {
      const { filter, index } = condition;
      const stages = [{ $match: { $and: [status, filter] } }, { $limit: reach.far }, { $count: 'n' }];
      return { condition, count: (await run<{ n: number }>(stages, index))[0]?.n ?? 0 };
    });
    return (await Promise.all(counting)).sort((a, b) => a.count - b.count);
  };

  /** The position of the `count`-th product of a stretch; none where it has less. */
  const endOf = async ({ filter, sort }: Stretch, { order, hits }: Part, hint: string, count: number) => {
    // Nothing but what the index has: no product is read.
    const project = { _id: 1, ...(order && { key: `$${order.key}` }) } as const;
    const stages = [{ $match: filter }, { $sort: sort }, { $skip: count - 1 }, { $limit: 1 }, { $project: project }];
    const [end] = await run<{ _id: string; key?: string | number }>(stages, hint);
    return end && ([end.key ?? hits, end._id] as const);
  };

  return async (query: ListQuery): Promise<Found> => {
    const page: Product[] = [];
    const status = statusOf(query);
    const isFull = () => page.length === query.limit;

    const read = async ({ filter, sort }: Stretch, rest: readonly Filter[], hint: string): Promise<void> => {
      const stages: PipelineStage[] = [
        { $match: { $and: [filter, ...rest.map(aside)] } },
        { $sort: sort },
        { $limit: query.limit - page.length },
        { $project: { product: 1 } },
      ];
      const found = await run<StoredProduct>(stages, hint);
      page.push(...found.map(({ product }) => fromDocument(product)));
    };

    /** Reads a part until the page is full, or to where `count` products of a stretch were looked at: answers that. */
    const walk = async (part: Part, { conditions, hint }: Stream, count?: number): Promise<Position | undefined> => {
      const others = part.conditions.filter((condition) => !conditions.includes(condition));
      const rest = [...others.map(({ filter }) => filter), ...part.besides];
      const met = [status, ...conditions.map(({ filter }) => filter)];
      for (const { filter, sort } of stretchesOf(part)) {
        const stretch = { filter: { $and: [...met, filter] }, sort };
        const end = count === undefined ? undefined : await endOf(stretch, part, hint, count);
        for (const piece of end ? upTo(end, stretch, part.order) : [stretch]) {
          await read(piece, rest, hint);
          if (isFull()) return undefined;
        }
        if (end) return end;
      }
      return undefined;
    };

    /** Reads a part; answers where it stopped, if it did before the page was full. */
    const readPart = async (part: Part): Promise<Position | undefined> => {
      const { conditions, besides } = part;
      const inOrder = streamInOrder(part);
      if (conditions.length === inOrder.conditions.length && besides.length === 0) return walk(part, inOrder);
      const end = await walk(part, inOrder, reach.near * query.limit);
      if (!end) return undefined;
      const byCount = await counted(status, conditions);
      const rest = { ...part, conditions: byCount.map(({ condition }) => condition), after: end };
      const [rarest] = byCount;
      return rarest && rarest.count < reach.far && !rarest.condition.orderedIndex
        ? walk(rest, { conditions: [rarest.condition], hint: rarest.condition.index })
        : walk(rest, streamInOrder(rest), reach.far);
    };

    for (const part of await partsOf(query, words)) {
      const readTo = await readPart(part);
      if (readTo) return { products: page, readTo };
      if (isFull()) break;
    }
    return { products: page };
  };
};

/** In the order of the page, by the first condition that has an index in that order. */
const streamInOrder = ({ conditions, order }: Part): Stream => {
  const leading = conditions.find(({ orderedIndex }) => orderedIndex !== undefined);
  return leading?.orderedIndex
    ? { conditions: [leading], hint: leading.orderedIndex }
    : { conditions: [], hint: order?.index ?? '_id_' };
};

/** The same, said so that it has no say in how an index is read. */
const aside = (filter: Filter): Filter => ({ $nor: [{ $nor: [filter] }] });
