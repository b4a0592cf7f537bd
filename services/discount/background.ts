import { postgresInbox, pruneInbox, together } from '@shop/platform/messaging/inbox.ts';
import type { Outbox } from '@shop/platform/messaging/postgres-outbox.ts';
import { inSortedLocks } from '@shop/platform/messaging/sorted-locks.ts';
import type { Postgres, Tx } from '@shop/platform/postgres/postgres.ts';
import type { Background } from '@shop/platform/service/background.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import { discountGroup, discountHandlers, discountLocks, discountTopics } from './events.ts';
import type { Discount } from './service.ts';
import type { DiscountStore } from './store.ts';

export interface DiscountBackgroundDeps<Tables> {
  discount: Pick<Discount, 'askAboutExpiredApplications'>;
  store: Pick<DiscountStore<Tx<Tables>>, 'effects' | 'forgetReleased'>;
  pg: Postgres<Tables>;
  outbox: Pick<Outbox, 'source' | 'onNudge'>;
  clock: Clock;
}

/** What discount does beside requests. */
export const discountBackground = <Tables>(deps: DiscountBackgroundDeps<Tables>): Background => {
  const { discount, store, pg, outbox, clock } = deps;
  const { effects } = store;
  return {
    name: 'discount',
    outbox,
    reactions: {
      group: discountGroup,
      topics: discountTopics,
      handlers: discountHandlers({ effects, clock }),
      apply: together(
        inSortedLocks(discountLocks({ effects, clock }), postgresInbox<Tables>(pg, discountGroup, clock)),
      ),
    },
    askAboutOldHolds: discount.askAboutExpiredApplications,
    forget: {
      'inbox of discount': (old, limit) => pruneInbox(pg, old, limit),
      'tombstones of discount': store.forgetReleased,
    },
  };
};
