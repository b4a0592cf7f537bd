import { join } from 'node:path';
import type { AnyShopEvent, Topic } from '@shop/contracts/events.ts';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** The migrations of the database that holds the event log. */
export const logMigrations: string = join(import.meta.dirname, 'log-migrations');

export interface LogTables {
  log_topics: { topic: Topic; head: number };
  log_messages: {
    topic: Topic;
    position: number;
    delivery_id: string;
    key: string;
    event: JSONColumnType<AnyShopEvent>;
    at: Date;
  };
  log_offsets: {
    consumer_group: string;
    topic: Topic;
    done: Generated<number>;
    owner: string | null;
    until: Date | null;
  };
  dead_letters: {
    id: string;
    topic: Topic;
    consumer_group: string;
    error: string;
    at: Date;
    event: ColumnType<unknown, string, string>;
    burials: Generated<number>;
    burial_ids: Generated<string[]>;
    replayed_at: Date | null;
  };
}
