import { describe, expect, it } from 'vitest';
import { createMemoryDatabase } from './database.ts';

const arrange = () => {
  const db = createMemoryDatabase();
  const stock = db.table<string, number>();
  stock.set('kept', 1);
  stock.set('gone', 2);
  return { db, stock, rows: () => [...stock.all()].toSorted() };
};

describe('A database in memory', () => {
  it('When a step throws, then rows are as they were before it, whatever it wrote, how often, and how deep', () => {
    const { db, stock, rows } = arrange();
    const failing = () =>
      db.atomically(() => {
        stock.set('kept', 7);
        stock.set('kept', 8);
        stock.delete('gone');
        db.atomically(() => stock.set('new', 9));
        stock.delete('kept');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect([stock.get('kept'), stock.get('gone'), stock.has('new')]).toEqual([1, 2, false]);
    expect(rows()).toEqual([1, 2]);
  });

  it('When a step ends well, then a later one that throws takes back nothing of it', () => {
    const { db, stock } = arrange();
    db.atomically(() => stock.set('kept', 7));
    expect(() =>
      db.atomically(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(stock.get('kept')).toBe(7);
  });

  it('When a transaction is under way, then nobody sees it, and its steps decide by what is there at its end', async () => {
    const { db, stock } = arrange();
    const go = Promise.withResolvers<void>();
    const told: string[] = [];
    const over = db.transaction(async (tx) => {
      tx.write(() => stock.set('kept', (stock.get('kept') ?? 0) + 1));
      tx.afterCommit(() => told.push('committed'));
      await go.promise;
    });
    expect(stock.get('kept')).toBe(1);
    stock.set('kept', 5);
    go.resolve();
    await over;
    expect([stock.get('kept'), told]).toEqual([6, ['committed']]);
  });

  it('When one of the steps of a transaction throws, then none of them happened and nobody is told', async () => {
    const { db, stock } = arrange();
    const told: string[] = [];
    const failing = db.transaction(async (tx) => {
      tx.afterCommit(() => told.push('committed'));
      tx.write(() => stock.set('kept', 7));
      tx.write(() => {
        throw new Error('no');
      });
    });
    await expect(failing).rejects.toThrow('no');
    expect([stock.get('kept'), told]).toEqual([1, []]);
  });
});
