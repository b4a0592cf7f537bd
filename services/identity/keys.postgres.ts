import type { Postgres } from '@shop/platform/postgres/postgres.ts';
import type { JWK } from 'jose';
import type { KeyStore } from './store.ts';

interface KeyRow {
  kid: string;
  private_jwk: JWK;
  retired_at: Date | null;
}

export const postgresKeys = (pg: Postgres): KeyStore => ({
  async signingKeys(retiredAfter) {
    const rows = await pg.query<KeyRow>({
      text: `select kid, private_jwk, retired_at from signing_keys
        where retired_at is null or retired_at > $1
        order by retired_at desc nulls first, kid`,
      values: [retiredAfter],
    });
    return rows.map(({ kid, private_jwk, retired_at }) => ({
      kid,
      privateJwk: private_jwk,
      ...(retired_at ? { retiredAt: retired_at } : {}),
    }));
  },

  async addSigningKey({ kid, privateJwk }, now) {
    await pg.query({
      text: `insert into signing_keys (kid, private_jwk, created_at) values ($1, $2, $3)
        on conflict ((true)) where retired_at is null do nothing`,
      values: [kid, JSON.stringify(privateJwk), now],
    });
  },
});
