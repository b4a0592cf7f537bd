import { type ProblemCode, problems } from '@shop/contracts/problems.ts';
import type { Schema } from 'joi';
import { impliedCodes } from '../http/implied.ts';
import { bySpecificity, methodTable, mountedPath } from '../http/paths.ts';
import { isSuccess } from '../http/respond.ts';
import type { Route } from '../http/route.ts';

interface Answered {
  status: number;
  headers: Headers;
  body: unknown;
}

/** The codes that a route may refuse with: those it declares and those that its declaration implies. */
const refusals = (route: Route): Set<ProblemCode> => {
  const declared = Object.values(route.spec.answers).filter((entry) => !isSuccess(entry));
  return new Set([...impliedCodes(route), ...(declared.flat() as ProblemCode[])]);
};

const complaint = (route: Route, { status, headers, body }: Answered): string | undefined => {
  const type = headers.get('content-type') ?? '';
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
  return {
    check(method: string, path: string, answered: Answered): void {
      if (method === 'HEAD') return;
      // The most specific path takes the request, or refuses its method.
      const place = rows.find(({ matches }) => matches(path).length > 0)?.path;
      const row = rows.find((one) => one.path === place && one.route.method === method.toLowerCase());
      const message = row && complaint(row.route, answered);
      if (message) complaints.add(`${row.route.method.toUpperCase()} ${row.route.path} ${message}`);
    },
    /** Throws one error that lists every difference. */
    assertKept(): void {
      if (complaints.size > 0) throw new Error(`answers differ from their declaration:\n${[...complaints].join('\n')}`);
    },
  };
};
