import { Problem } from '@shop/contracts/problems.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { grouped } from './grouped.ts';

/** Groups whose turn comes when the test says so. */
const arrange = (options: { most?: number; keyOf?: (item: string) => string } = {}) => {
  const groups: { items: readonly string[]; end: PromiseWithResolvers<readonly string[]> }[] = [];
  const ask = grouped({
    most: options.most ?? 10,
    keyOf: options.keyOf,
    run(items: readonly string[]) {
      const end = Promise.withResolvers<readonly string[]>();
      groups.push({ items, end });
      return end.promise;
    },
  });
  const group = async (at: number) => {
    await eventually(() => groups.length > at);
    return groups[at] as (typeof groups)[number];
  };
  const answer = async (at: number) => {
    const { items, end } = await group(at);
    end.resolve(items.map((item) => item.toUpperCase()));
    return items;
  };
  return { ask, group, answer, groups };
};

describe('What is asked for in groups', () => {
  it('When one asks and nobody else is there, then it is done at once, alone', async () => {
    const { ask, answer } = arrange();
    const reply = ask('a');
    expect(await answer(0)).toEqual(['a']);
    expect(await reply).toBe('A');
  });

  it('When many ask while a group is under way, then they are the next one, each with its own answer', async () => {
    const { ask, answer, group } = arrange({ most: 3 });
    const first = ask('a');
    await group(0);
    const others = ['b', 'c', 'd', 'e'].map(ask);
    await answer(0);
    expect(await answer(1)).toEqual(['b', 'c', 'd']);
    expect(await answer(2)).toEqual(['e']);
    expect(await Promise.all([first, ...others])).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('When two ask about one key, then they are in two groups, the first one first', async () => {
    const { ask, answer } = arrange({ keyOf: (item) => item.charAt(0) });
    const replies = ['a1', 'b1', 'a2'].map(ask);
    expect(await answer(0)).toEqual(['a1', 'b1']);
    expect(await answer(1)).toEqual(['a2']);
    expect(await Promise.all(replies)).toEqual(['A1', 'B1', 'A2']);
  });

  it('When one of a group is at fault, then the others are done all the same', async () => {
    const ask = grouped({
      most: 10,
      async run(items: readonly string[]) {
        if (items.includes('bad')) throw new Error('not this one');
        return items;
      },
    });
    const replies = await Promise.allSettled(['a', 'bad', 'b'].map(ask));
    expect(replies).toMatchObject([
      { status: 'fulfilled', value: 'a' },
      { status: 'rejected', reason: { message: 'not this one' } },
      { status: 'fulfilled', value: 'b' },
    ]);
  });

  it('When the server is lost, then the outcome is unknown to all of the group, and nothing is sent again', async () => {
    const { ask, group, groups } = arrange();
    const replies = Promise.allSettled(['a', 'b'].map(ask));
    (await group(0)).end.reject(new Problem('UNAVAILABLE'));
    expect(await replies).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(groups).toHaveLength(1);
  });

  it('When a group waits for long, then the next one does not wait for it', async () => {
    const { ask, answer, group } = arrange();
    const slow = ask('slow');
    await group(0);
    const quick = ask('quick');
    expect(await answer(1)).toEqual(['quick']);
    expect(await quick).toBe('QUICK');
    await answer(0);
    expect(await slow).toBe('SLOW');
  });
});
