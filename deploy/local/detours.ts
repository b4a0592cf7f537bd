import { type ServiceName, serviceNames, services } from '../services.ts';
import { type Detour, type ServerPlaces, serverPort } from './plan.ts';
import { freePort } from './servers/ports.ts';
import type { ServerName } from './state.ts';

/** What Toxiproxy calls it. */
export const detourName = ({ service, server }: Pick<Detour, 'service' | 'server'>): string => `${service}-${server}`;

/** The servers that a service talks to. */
export const serversOf = (service: ServiceName): ServerName[] => [
  services[service].store,
  // It publishes nothing, and listens to nothing.
  ...(service === 'identity' ? [] : (['kafka'] as const)),
  'redis',
];

/** A detour from every service to each of its servers. */
export const chooseDetours = async (servers: ServerPlaces): Promise<Detour[]> => {
  const detours: Detour[] = [];
  for (const service of serviceNames)
    for (const server of serversOf(service))
      detours.push({
        service,
        server,
        port: await freePort(),
        to: server === 'kafka' ? await freePort() : serverPort(servers, server),
      });
  return detours;
};

const at = (url: string, port: number): string => {
  const place = new URL(url);
  place.port = String(port);
  return place.href;
};

/** Where a service is told that the servers are. */
export const placesFor = (
  { servers, detours = [] }: { servers: ServerPlaces; detours?: readonly Detour[] },
  service: ServiceName,
): ServerPlaces => {
  const places = { ...servers };
  for (const { server, port } of detours.filter((detour) => detour.service === service)) {
    if (server === 'postgres') places.postgres = { host: '127.0.0.1', port };
    else if (server === 'kafka') places.kafka = `127.0.0.1:${port}`;
    else places[server] = at(servers[server], port);
  }
  return places;
};
