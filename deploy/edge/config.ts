import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requestsPerMinute } from '@shop/platform/http/limits.ts';
import { docsPolicy, pagesPolicy, securityHeaderValues } from '@shop/platform/http/security-headers.ts';
import { type ServiceName, serviceNames } from '../services.ts';
import { bodyBytes, errorPages, problemLocations, readiness } from './problems.ts';

export interface EdgeOptions {
  /** What nginx listens on: `8080`, `127.0.0.1:8080`. */
  listen: string;
  /** The replicas of each service, `host:port`. */
  upstreams: Record<ServiceName, readonly string[]>;
  /**
   * A name server, with its validity, that the hosts of the upstreams are asked from again and again: replicas come and
   * go behind a name (`127.0.0.11 valid=2s`). Wants nginx 1.27.3 or newer; without it they are looked up once.
   */
  resolver?: string;
  /** The folder for temporary files and the pid; nginx's user writes there. */
  dir: string;
  /** Where the socket of the readiness questions stands, at most 100 characters; in `dir` unless given. */
  readySocket?: string;
  /** Files or `/dev/stdout` and `/dev/stderr`. */
  accessLog: string;
  errorLog: string;
  /** What `buildFiles` made. */
  www: string;
  /** The built web pages; the folder may be missing. */
  web: string;
  /** `on`, `off`, or a placeholder that is filled in later. */
  rateLimit: string;
  /** How many proxies stand before the edge. */
  trustProxy?: number;
  /** Origins whose pages may read what the edge itself answers; services have their own list. */
  corsOrigins?: readonly string[];
  /** How long a service may take to answer, as nginx has it; 20s unless given. */
  patience?: string;
  /** Origins beside this one that pages may show pictures from; none unless given. */
  pictureOrigins?: readonly string[];
  /** Whether nginx is started as root, whose files other users can't read: its workers are root then too. */
  asRoot?: boolean;
}

/** From one address; the thirty of api.md are a user's, and many users may share an address. */
const checkoutsAMinute = 4 * requestsPerMinute.checkout;

/**
 * The headers that services send for the sake of security: the same from here. The policy on what pages may load is
 * another one for Swagger UI, so the template chooses it.
 */
const headerLines = (): string =>
  [...securityHeaderValues()]
    .map(([name, value]) => [name, name === 'Content-Security-Policy' ? '$policy' : value] as const)
    .map(([name, value]) => `    proxy_hide_header ${name};\n    add_header ${name} "${value}" always;`)
    .join('\n');

const upstream = (name: string, hosts: readonly string[], resolve: boolean): string =>
  [
    `  upstream ${name} {`,
    `    zone ${name} 128k;`,
    '    least_conn;',
    ...hosts.map((host) => `    server ${host} max_fails=0${resolve ? ' resolve' : ''};`),
    '    keepalive 64;',
    '    keepalive_timeout 1500ms;',
    '    keepalive_requests 100000;',
    '  }',
  ].join('\n');

/** The replicas of a service without one of them, counted from 1. */
const without = (name: string, replica: number): string => `${name}-without-${replica}`;

/** All replicas of a service, and, where there are several, all but each of them. */
const upstreamsOf = (name: string, hosts: readonly string[], resolve: boolean): string[] => [
  upstream(name, hosts, resolve),
  ...(hosts.length > 1 ? hosts : []).map((host, index) =>
    upstream(
      without(name, index + 1),
      hosts.filter((other) => other !== host),
      resolve,
    ),
  ),
];

/** The file in nginx's folder whose presence keeps requests from a replica. */
export const leftOutFile = (name: ServiceName, replica: number): string => `left-out/${name}-${replica}`;

const wayTo = (name: ServiceName, hosts: readonly string[]): string[] => [
  `    set $to_${name} ${name};`,
  ...(hosts.length > 1 ? hosts : []).map(
    (_host, index) => `    if (-f ${leftOutFile(name, index + 1)}) { set $to_${name} ${without(name, index + 1)}; }`,
  ),
  `    if ($odd_service = ${name}) { set $to_odd $to_${name}; }`,
];

/** The entry of X-Forwarded-For that stands `proxies` from its end, as Express counts them. */
const clientLine = (proxies: number): string =>
  proxies === 0 ? '' : `"~(?:^|,)\\s*(?<p_client>[^,\\s]+)(?:\\s*,[^,]*){${proxies - 1}}\\s*$" $p_client;`;

const corsLines = (origins: readonly string[]): string =>
  origins.map((origin) => (origin === '*' ? '"~." "*";' : `"${origin}" "${origin}";`)).join('\n    ');

const placeholder = /\$\{([A-Z_]+)\}/g;

/** Fills in a template's `${NAME}`s; values may hold placeholders of others, which stay. */
const fill = (template: string, values: Record<string, string>): string =>
  template.replace(placeholder, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template wants ${name}, which nobody gives`);
    return value;
  });

/** nginx's configuration. */
export const edgeConfig = async (options: EdgeOptions): Promise<string> => {
  const { dir, upstreams, resolver, trustProxy = 0, corsOrigins = [] } = options;
  const template = await readFile(join(import.meta.dirname, 'nginx.conf.template'), 'utf8');
  return fill(template, {
    USER_LINE: options.asRoot ? 'user root;' : '',
    DIR: dir,
    ERROR_LOG: options.errorLog,
    ACCESS_LOG: options.accessLog,
    RESOLVER: resolver ? `resolver ${resolver};` : '',
    CLIENT_LINE: clientLine(trustProxy),
    FORWARDED_FOR: trustProxy === 0 ? '$remote_addr' : '$proxy_add_x_forwarded_for',
    CORS_LINES: corsLines(corsOrigins),
    RATE_LIMIT: options.rateLimit,
    GENERAL_A_MINUTE: String(requestsPerMinute.general),
    AUTH_A_MINUTE: String(requestsPerMinute.auth),
    GUEST_A_MINUTE: String(requestsPerMinute.guest),
    CHECKOUT_A_MINUTE: String(checkoutsAMinute),
    UPSTREAMS: serviceNames.flatMap((name) => upstreamsOf(name, upstreams[name], resolver !== undefined)).join('\n'),
    WAYS: serviceNames.flatMap((name) => wayTo(name, upstreams[name])).join('\n'),
    READY_SOCKET: options.readySocket ?? `${dir}/ready.sock`,
    PATIENCE: options.patience ?? '20s',
    BODY_BYTES: String(bodyBytes.any),
    IMPORT_BYTES: String(bodyBytes.import),
    LISTEN: options.listen,
    HEADERS: headerLines(),
    PAGES_POLICY: pagesPolicy(options.pictureOrigins),
    DOCS_POLICY: docsPolicy,
    ERROR_PAGES: errorPages(),
    PROBLEMS: problemLocations(),
    FIRST_SERVICE: serviceNames[0] ?? '',
    READINESS: readiness(serviceNames),
    WWW: options.www,
    WEB: options.web,
  });
};
