import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import { postgresKeys } from './keys.postgres.ts';
import { postgresSessions } from './sessions.postgres.ts';
import type { IdentityStore } from './store.ts';
import { postgresUsers } from './users.postgres.ts';

/** Users, sign-ins and signing keys on PostgreSQL; every guard stands in the statement that writes. */
export const createPostgresIdentityStore = ({ pg }: { pg: Postgres }): IdentityStore => ({
  ...postgresUsers(pg),
  ...postgresSessions(pg),
  ...postgresKeys(pg),
});
