import { isRefusal, type ProblemCode, problems } from '@shop/contracts/problems.ts';
import type { Schema } from 'joi';
import { impliedCodes } from '../http/implied.ts';
import { bySpecificity, methodTable, mountedPath } from '../http/paths.ts';
import { answerOf, isStream, isSuccess } from '../http/respond.ts';
import type { Outcome, Route } from '../http/route.ts';

interface Answered {
  status: number;
  type: string;
  body: unknown;
}

/** The codes that a route may refuse with: those it declares and those that its declaration implies. */
const refusals = (route: Route): Set<ProblemCode> => {
  const declared = Object.values(route.spec.answers).filter((entry) => !isSuccess(entry));
  return new Set([...impliedCodes(route), ...(declared.flat() as ProblemCode[])]);
};

const complaint = (route: Route, { status, type, body }: Answered): string | undefined => {
  if (type.startsWith('application/problem+json')) {
    const code = (body as { code: ProblemCode }).code;
    if (!refusals(route).has(code)) return `answered ${code}, which it does not declare`;
    return problems[code][0] === status ? undefined : `answered ${code} with status ${status}`;
  }
  if (status === 304) return route.spec.versioned ? undefined : 'answered 304 without being versioned';
  const declared = route.spec.answers[status];
  if (declared === undefined || !isSuccess(declared)) return `answered ${status}, which it does not declare`;
  if (declared === null) return body === undefined ? undefined : `answered ${status} with a body, declared without`;
  if (!type.startsWith('application/json')) return undefined;
  const { error } = (declared as Schema).validate(body, { convert: false, abortEarly: false });
  return error ? `answered ${status} with a body that is not as declared: ${error.message}` : undefined;
};

/** What the outcome of a route's handler is sent as; undefined for streams. */
const sentAs = (route: Route, outcome: Outcome): Answered | undefined => {
  if (isRefusal(outcome))
    return { status: problems[outcome.code][0], type: 'application/problem+json', body: { code: outcome.code } };
  if (outcome && isStream(outcome)) return undefined;
  const { status, body } = answerOf(route)(outcome);
  // Whatever a handler gives, 204 has none.
  return body === undefined || status === 204
    ? { status, type: '', body: undefined }
    : { status, type: 'application/json', body: JSON.parse(JSON.stringify(body)) };
};

/**
 * Compares what routes answer with what they declare (the API document is made of that). Complaints are kept until
 * `assertKept`, so that the test at hand fails for its own reasons only.
 */
export const declaredAnswers = (routes: readonly Route[]) => {
  const rows = [...routes].sort(bySpecificity).map((route) => {
    const path = mountedPath(route);
    return { route, path, matches: methodTable([{ method: route.method, path }]) };
  });
  const complaints = new Set<string>();
  const complain = (route: Route, message: string | undefined): void => {
    if (message) complaints.add(`${route.method.toUpperCase()} ${route.path} ${message}`);
  };
  return {
    /** The routes, whose outcomes are looked at too: other clients than the test's own may be the ones who get them. */
    watched: routes.map(
      (route): Route => ({
        ...route,
        async handle(request) {
          const outcome = await route.handle(request);
          const sent = sentAs(route, outcome);
          if (sent) complain(route, complaint(route, sent));
          return outcome;
        },
      }),
    ),
    check(method: string, path: string, answered: Answered): void {
      if (method === 'HEAD') return;
      // The most specific path takes the request, or refuses its method.
      const place = rows.find(({ matches }) => matches(path).length > 0)?.path;
      const row = rows.find((one) => one.path === place && one.route.method === method.toLowerCase());
      if (row) complain(row.route, complaint(row.route, answered));
    },
    /** Throws one error that lists every difference. */
    assertKept(): void {
      if (complaints.size > 0) throw new Error(`answers differ from their declaration:\n${[...complaints].join('\n')}`);
    },
  };
};
