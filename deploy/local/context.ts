import type { ServerConnection } from '@shop/platform/postgres/connect.ts';
import type { Settings } from '@shop/platform/postgres/server/settings.ts';
import type { Clock } from '@shop/platform/time/clock.ts';
import type { StackPlan } from './plan.ts';
import type { Secrets } from './secrets.ts';
import type { Report } from './servers/options.ts';
import type { ProcessId } from './servers/process.ts';
import type { ServerName, StackState } from './state.ts';

/** Servers that are there already, as their clients name them. */
export interface GivenServers {
  /** A superuser of it: databases and roles are made there. */
  postgres: ServerConnection;
  mongo: string;
  kafka: string;
  redis: string;
}

/** Everything that starting one of a stack's processes takes. */
export interface StackContext {
  /** The folder that keeps everything: data, logs, secrets, state. */
  dir: string;
  plan: StackPlan;
  secrets: Secrets;
  state: StackState;
  given: Partial<GivenServers>;
  postgresSettings?: Settings;
  report: Report;
  clock: Clock;
  /** Told every process at once; `group`: its children live on without it. */
  onStart: (id: ProcessId, group: boolean) => void;
  /** Aborts when the stack is on its way down: nothing is started then. */
  ending: AbortSignal;
}

export const serverNames = ['postgres', 'mongo', 'kafka', 'redis'] as const satisfies readonly ServerName[];
