import type { Statement } from '@shop/platform/postgres/postgres.ts';
import type { SagaState } from './domain.ts';
import type { Position } from './store.ts';

interface Page {
  after?: Position;
  limit: number;
}

/** Statements of this page size (20, and one to see whether more follows) are prepared; others are rare. */
const preparedLimit = 21;

/**
 * One page of a table, newest first, where columns have these values. What follows a position is a statement of its
 * own, and the limit stands in the text: a plan for all cases would read what came before, or the whole table.
 */
export const newestFirst = (
  table: 'orders' | 'sagas',
  equal: readonly (readonly [column: string, value: unknown])[],
  page: Page,
): Statement => {
  const conditions = equal.map(([column], index) => `${column} = $${index + 1}`);
  if (page.after) conditions.push(`(created_at, id) < ($${equal.length + 1}, $${equal.length + 2}::uuid)`);
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  return {
    ...named([table, ...equal.map(([column]) => column)], page),
    text: `select * from ${table} ${where} ${newest(page)}`,
    values: [...equal.map(([, value]) => value), ...beyond(page)],
  };
};

/**
 * One page of the sagas in any of these states: the newest of each, then the newest of those. States stand in the text,
 * so that the plan knows which ones are rare: the newest sagas are read through for a frequent one alone.
 */
export const sagasInStates = (states: readonly SagaState[], page: Page): Statement => {
  const after = page.after ? 'and (created_at, id) < ($1, $2::uuid)' : '';
  const each = states.map((state) => `(select * from sagas where state = '${state}' ${after} ${newest(page)})`);
  return {
    ...named(['sagas', ...states], page),
    text: `select * from (${each.join(' union all ')}) as listed ${newest(page)}`,
    values: beyond(page),
  };
};

const newest = ({ limit }: Page): string => `order by created_at desc, id desc limit ${Math.trunc(limit)}`;

const beyond = ({ after }: Page): string[] => (after ? [after.createdAt, after.id] : []);

const named = (shape: readonly string[], { after, limit }: Page): Pick<Statement, 'name'> =>
  limit === preparedLimit ? { name: ['list', ...shape, ...(after ? ['after'] : [])].join(':') } : {};
