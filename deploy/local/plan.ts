import type { ServiceName } from '../services.ts';
import { metricsOffset, portOf, serviceNames } from '../services.ts';
import type { Replicas } from './replicas.ts';
import type { Report } from './servers/options.ts';
import { freePort, isFree } from './servers/ports.ts';

/** Where one replica of a service listens. */
export interface Place {
  port: number;
  metricsPort: number;
}

/** Where the servers are; nothing secret. */
export interface ServerPlaces {
  postgres: { host: string; port: number };
  /** As MongoDB's clients have it, without a database. */
  mongo: string;
  /** `host:port` */
  kafka: string;
  redis: string;
}

/** One service's own way to one server, through a proxy: what happens on it happens to that service alone. */
export interface Detour {
  service: ServiceName;
  server: keyof ServerPlaces;
  /** Where the proxy listens on 127.0.0.1: what the service is told. */
  port: number;
  /** Where it leads: the server's port; Kafka has a listener for each, which sends clients back through the proxy. */
  to: number;
}

export const serverPort = (places: ServerPlaces, name: keyof ServerPlaces): number =>
  name === 'postgres' ? places.postgres.port : Number(/:(\d+)/.exec(places[name].replace(/^\w+:\/\//, ''))?.[1]);

/** What a stack is made of: with the secrets enough to start any of its processes again. */
export interface StackPlan {
  /** What the edge listens on. */
  host: string;
  port: number;
  /** Put before the names of databases, topics and keys, so that many stacks share servers; usually empty. */
  namespace: string;
  servers: ServerPlaces;
  /** What services are told instead of that, where proxies stand in between. */
  detours?: Detour[];
  /** Where the proxies take orders. */
  toxiproxy?: { port: number };
  services: Record<ServiceName, Place[]>;
  /** What every service gets into its environment besides. */
  env: Record<string, string>;
  /** How a service's program is started; `services/<name>/main.ts` unless a test has a stand-in. */
  program?: string;
}

const wanted = async (port: number, what: string, report: Report): Promise<number> => {
  if (await isFree(port)) return port;
  const instead = await freePort();
  report(`port ${port}, usual for ${what}, is taken: it gets ${instead}`);
  return instead;
};

const choosePlace = async (name: ServiceName, replica: number, free: boolean, report: Report): Promise<Place> => {
  if (free) return { port: await freePort(), metricsPort: await freePort() };
  const port = await wanted(portOf(name, replica), `${name} ${replica}`, report);
  return { port, metricsPort: await wanted(port + metricsOffset, `the metrics of ${name} ${replica}`, report) };
};

/** Chooses the ports of all replicas: the usual ones, and free ones where those are taken or `free` asks for it. */
export const choosePlaces = async (
  replicas: Replicas,
  free: boolean,
  report: Report,
): Promise<Record<ServiceName, Place[]>> => {
  const places = {} as Record<ServiceName, Place[]>;
  for (const name of serviceNames) {
    places[name] = [];
    for (let replica = 1; replica <= replicas[name]; replica += 1)
      places[name].push(await choosePlace(name, replica, free, report));
  }
  return places;
};
