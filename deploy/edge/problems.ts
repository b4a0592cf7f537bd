import { problemBody } from '@shop/contracts/problem-body.ts';
import { type Refusal, refuse } from '@shop/contracts/problems.ts';

/** A problem that nginx answers by itself. */
interface OwnProblem {
  refusal: Refusal;
  /** nginx's own statuses that it stands for; none where a location names it itself. */
  for?: readonly number[];
  /** The directives that set its headers. */
  sets?: readonly string[];
  /** Conditions, as `if` takes them, under which another one is answered; the first that holds counts. */
  instead?: { when: string; refusal: Refusal }[];
}

const allowed = ['GET', 'HEAD'];
const retryAfter = (seconds: number) => `set $retry_after ${seconds};`;

/** The longest bodies, in bytes: where a route says nothing else, and of a catalogue. */
export const bodyBytes = { any: 256 * 1024, import: 10 * 1024 * 1024 } as const;

const tooLarge = (bytes: number): Refusal =>
  refuse('BODY_TOO_LARGE', { detail: `The body may have at most ${bytes} bytes.` });

const ownProblems: Record<string, OwnProblem> = {
  // 501: a transfer encoding that nginx can't read; 505: a version of HTTP.
  '400': {
    refusal: refuse('MALFORMED_REQUEST'),
    for: [400, 501, 505],
    instead: [
      {
        when: '$unreadable',
        refusal: refuse('VALIDATION_FAILED', {
          detail: 'The URL holds broken percent-encoding or NUL.',
          errors: [{ in: 'params', path: '', message: 'the URL holds broken percent-encoding or NUL' }],
        }),
      },
      { when: '$lost', refusal: refuse('NOT_FOUND') },
      {
        when: '$two_tags',
        refusal: refuse('VALIDATION_FAILED', {
          detail: 'If-Match must be * or an ETag that was answered.',
          errors: [{ in: 'headers', path: 'If-Match', message: 'If-Match must be * or an ETag that was answered' }],
        }),
      },
    ],
  },
  '404': { refusal: refuse('NOT_FOUND'), for: [403, 404] },
  '405': {
    refusal: refuse('METHOD_NOT_ALLOWED', { detail: `Allowed here: ${allowed.join(', ')}.` }),
    for: [405],
    sets: [`set $allow "${allowed.join(', ')}";`],
  },
  '408': { refusal: refuse('REQUEST_TIMEOUT'), for: [408] },
  '412': { refusal: refuse('VERSION_CONFLICT'), for: [412] },
  '413': { refusal: tooLarge(bodyBytes.any) },
  '413-import': { refusal: tooLarge(bodyBytes.import) },
  // 494 is nginx's own number for headers that are too large.
  '431': { refusal: refuse('HEADERS_TOO_LARGE'), for: [414, 431, 494] },
  // The strictest of the limits lets in another request every three seconds.
  '429': { refusal: refuse('RATE_LIMITED'), for: [429], sets: [retryAfter(3)] },
  '500': { refusal: refuse('INTERNAL'), for: [500] },
  '503': { refusal: refuse('UNAVAILABLE'), for: [502, 503, 504], sets: [retryAfter(1)] },
};

/** The text of a problem between quotes of nginx, `$instance` within. */
const quoted = (refusal: Refusal): string => {
  const text = JSON.stringify(problemBody(refusal));
  if (/['$\\]/.test(text)) throw new Error(`nginx would read more into ${text}`);
  return `'${text.slice(0, -1)}$instance}'`;
};

const statusOf = (refusal: Refusal): number => problemBody(refusal).status;

/** Which of them stands for which of nginx's own errors. */
export const errorPages = (): string =>
  Object.entries(ownProblems)
    .filter(([, problem]) => problem.for)
    .map(([name, problem]) => {
      // Where there is more than one answer, its location says with which status.
      const status = problem.instead ? '' : statusOf(problem.refusal);
      return `error_page ${problem.for?.join(' ')} =${status} /.problem/${name};`;
    })
    .join('\n      ');

/** The locations that answer them. */
export const problemLocations = (): string =>
  Object.entries(ownProblems)
    .map(([name, { refusal, sets = [], instead = [] }]) =>
      [
        `    location = /.problem/${name} {`,
        '      internal;',
        '      default_type application/problem+json;',
        '      charset utf-8;',
        '      set $cache no-store;',
        '      set $own_cors $cors_origin;',
        ...sets.map((directive) => `      ${directive}`),
        ...instead.map(
          ({ when, refusal: other }) => `      if (${when}) { return ${statusOf(other)} ${quoted(other)}; }`,
        ),
        `      return ${statusOf(refusal)} ${quoted(refusal)};`,
        '    }',
      ].join('\n'),
    )
    .join('\n');

/** The locations that ask one service after the other whether it is ready. */
export const readiness = (services: readonly string[]): string =>
  services
    .map((name, index) => {
      const next = services[index + 1];
      const missing = refuse('UNAVAILABLE', { errors: [{ part: name }] });
      return [
        `    location = /${name} {`,
        `      auth_request /probe/${name};`,
        `      error_page 500 502 503 504 =503 /missing/${name};`,
        next ? `      proxy_pass http://readiness/${next};` : '      proxy_pass http://readiness/all;',
        '    }',
        `    location = /probe/${name} {`,
        '      internal;',
        '      proxy_pass_request_body off;',
        '      proxy_set_header Content-Length "";',
        `      proxy_pass http://${name}/health/ready;`,
        '    }',
        `    location = /missing/${name} {`,
        '      internal;',
        '      add_header Retry-After 1 always;',
        '      add_header Cache-Control no-store always;',
        `      return 503 ${quoted(missing).replace('$instance', ',"instance":"/health/ready"')};`,
        '    }',
      ].join('\n');
    })
    .concat(
      [
        '    location = /all {',
        '      default_type application/json;',
        '      add_header Cache-Control no-store always;',
        '      return 200 \'{"status":"ready"}\';',
        '    }',
      ].join('\n'),
    )
    .join('\n');
