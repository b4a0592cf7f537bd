import { detourName } from '../../deploy/local/detours.ts';
import type { ServerName } from '../../deploy/local/state.ts';
import type { ServiceName } from '../../deploy/services.ts';
import type { Toxic } from './plan.ts';

const PATIENCE_MS = 10_000;

export interface Toxiproxy {
  /** Does it to all that goes between a service and a server, in both directions. */
  add(service: ServiceName, server: ServerName, toxic: Toxic): Promise<void>;
  /**
   * Ends it. Connections that a blackhole had swallowed bytes of are cut: what a firewall that has forgotten them does,
   * since no bytes that Toxiproxy has dropped would ever come.
   */
  remove(service: ServiceName, server: ServerName, toxic: Toxic): Promise<void>;
  /** Ends everything that is done to anything. */
  reset(): Promise<void>;
}

/** Orders to the Toxiproxy that listens at `url`. */
export const toxiproxyAt = (url: string): Toxiproxy => {
  const order = async (method: string, path: string, body?: object, fine: readonly number[] = []): Promise<void> => {
    const answer = await fetch(url + path, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    if (!answer.ok && !fine.includes(answer.status)) throw new Error(`Toxiproxy: ${answer.status} ${text}`);
  };
  const streams = ['upstream', 'downstream'] as const;
  return {
    async add(service, server, { type, ...attributes }) {
      for (const stream of streams)
        await order('POST', `/proxies/${detourName({ service, server })}/toxics`, {
          name: `${type}_${stream}`,
          type,
          stream,
          toxicity: 1,
          attributes,
        });
    },
    async remove(service, server, { type }) {
      const path = `/proxies/${detourName({ service, server })}`;
      for (const stream of streams) await order('DELETE', `${path}/toxics/${type}_${stream}`, undefined, [404]);
      if (type !== 'timeout') return;
      await order('POST', path, { enabled: false });
      await order('POST', path, { enabled: true });
    },
    reset: () => order('POST', '/reset'),
  };
};
