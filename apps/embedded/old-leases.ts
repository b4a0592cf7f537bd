import { type Databases, databaseNames } from './databases.ts';

/**
 * Ends every lease that the last run left behind. This process holds the shop's lock on its PostgreSQL, so whoever had
 * them is gone: work that was in hand when it was killed goes on now, not when the leases run out.
 */
export const endOldLeases = async (databases: Databases): Promise<void> => {
  const ended = 'set owner = null, until = null where owner is not null';
  await Promise.all([
    ...databaseNames.map((name) => databases.of(name).query({ text: `update outbox_leases ${ended}` })),
    databases.of('events').query({ text: `update log_offsets ${ended}` }),
    databases.of('order').query({ text: 'delete from owners' }),
  ]);
};
