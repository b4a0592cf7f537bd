import { edgeUrl, roleOf } from './environment.ts';
import type { StackPlan } from './plan.ts';
import type { Secrets } from './secrets.ts';
import { ask } from './servers/http.ts';
import { askKafka } from './servers/kafka.ts';
import { askMongo } from './servers/mongo.ts';
import { askPostgres } from './servers/postgres.ts';
import { askRedis } from './servers/redis.ts';
import { askToxiproxy } from './servers/toxiproxy.ts';
import type { PartName } from './state.ts';

/** A machine that is busy takes its time. */
const patienceMs = 5_000;

interface Unready {
  errors?: { part?: string }[];
}

const parse = (text: string): Unready => {
  try {
    return JSON.parse(text) as Unready;
  } catch {
    return {};
  }
};

/** Rejects, saying why, unless what is asked at `url` is ready. */
export const askReadiness = async (url: string): Promise<void> => {
  const { status, body } = await ask(`${url}/health/ready`);
  if (status === 200) return;
  const parts = (parse(body).errors ?? []).flatMap(({ part }) => part ?? []);
  throw new Error(parts.length > 0 ? `not ready: ${parts.join(', ')}` : `it answers ${status}`);
};

/** Rejects, saying why, unless a part of the stack works now. */
export const askPart = (name: PartName, port: number, plan: StackPlan, secrets: Secrets): Promise<void> => {
  // As a service would: with its role, on its database.
  if (name === 'postgres') return askPostgres(roleOf(plan, secrets, 'identity'));
  if (name === 'mongo') return askMongo(port, patienceMs);
  if (name === 'kafka') return askKafka(`127.0.0.1:${port}`);
  if (name === 'redis') return askRedis(port);
  if (name === 'toxiproxy') return askToxiproxy(port);
  return askReadiness(name === 'edge' ? edgeUrl(plan) : `http://127.0.0.1:${port}`);
};
