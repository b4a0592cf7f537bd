import { ProtocolError } from '@platformatic/kafka';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../testing/eventually.ts';
import { silentLogger as logger } from '../../testing/logger.ts';
import { systemClock as clock } from '../../time/system.ts';
import { type Commits, createCommits, type GroupOffset } from './commits.ts';

describe('the commits of an assignment', () => {
  const open: Commits[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((commits) => commits.end()));
  });
  const create = (answer: () => Promise<void> = async () => {}) => {
    const requests: string[][] = [];
    const commits = createCommits({
      group: 'group',
      async commit(offsets) {
        requests.push(offsets.map(({ partition, offset }) => `${partition}:${offset}`).sort());
        await answer();
      },
      clock,
      logger,
    });
    open.push(commits);
    return { commits, requests };
  };
  const at = (partition: number, offset: number): GroupOffset => ({
    topic: 'order',
    partition,
    offset: BigInt(offset),
  });

  it('When offsets come quickly, then one request carries the latest of all partitions', async () => {
    const { commits, requests } = create();
    commits.note(at(1, 1));
    await eventually(() => requests.length === 1);
    for (const offset of [at(1, 2), at(2, 7), at(1, 3), at(1, 4)]) commits.note(offset);
    await eventually(() => requests.length === 2);
    expect(requests).toEqual([['1:1'], ['1:4', '2:7']]);
  });

  it('When the broker fails, then the offsets are sent again, or later ones in their place', async () => {
    let failures = 2;
    const { commits, requests } = create(async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('gone');
    });
    commits.note(at(1, 1));
    await eventually(() => requests.length === 1);
    await eventually(() => commits.failingMs() > 0);
    commits.note(at(1, 2));
    await eventually(() => requests.length === 3);
    expect(requests).toEqual([['1:1'], ['1:2'], ['1:2']]);
    await eventually(() => commits.failingMs() === 0);
  });

  it('When the partitions belong to others by now, then the offsets are let go, and that is no failure', async () => {
    const { commits, requests } = create(() => Promise.reject(new ProtocolError('ILLEGAL_GENERATION')));
    commits.note(at(1, 1));
    await eventually(() => requests.length === 1);
    await clock.sleep(300);
    await commits.end();
    expect(requests).toHaveLength(1);
    expect(commits.failingMs()).toBe(0);
  });

  it('When it ends, then what is left is committed, and what is noted after that is not', async () => {
    const { commits, requests } = create();
    commits.note(at(1, 1));
    await eventually(() => requests.length === 1);
    commits.note(at(1, 2));
    await commits.end();
    expect(requests.at(-1)).toEqual(['1:2']);
    commits.note(at(1, 3));
    await clock.sleep(200);
    expect(requests).toHaveLength(2);
  });
});
