import type { Route } from './route.ts';

/** Where the public routes stand. */
export const apiBase = '/api/v1';

/** The whole path of a route: service-to-service and well-known ones stand at the root. */
export const mountedPath = ({ path }: Pick<Route, 'path'>): string =>
  /^\/(internal|\.well-known)\//.test(path) ? path : apiBase + path;

/** `/products/facets` before `/products/:id`, whatever the order of declaration. */
export const bySpecificity = (a: Route, b: Route): number => {
  const [left, right] = [mountedPath(a).split('/'), mountedPath(b).split('/')];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = Number(left[at]?.startsWith(':')) - Number(right[at]?.startsWith(':'));
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** The expression that matches what Express matches for a declared path. */
const expressionOf = (path: string): RegExp => {
  const literal = (segment: string) => segment.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const segments = path.split('/').map((segment) => (segment.startsWith(':') ? '[^/]+' : literal(segment)));
  return new RegExp(`^${segments.join('/')}/?$`);
};

/**
 * Tells which methods a path takes; an empty list means that nothing is there. Where several entries match, the first
 * one's path counts: literal ones before those with parameters.
 */
export const methodTable = (entries: readonly { method: string; path: string }[]): ((path: string) => string[]) => {
  const table = new Map<string, { expression: RegExp; methods: Set<string> }>();
  for (const { method, path } of entries) {
    const row = table.get(path) ?? { expression: expressionOf(path), methods: new Set<string>() };
    row.methods.add(method.toUpperCase());
    if (method === 'get') row.methods.add('HEAD');
    table.set(path, row);
  }
  return (path) => {
    for (const { expression, methods } of table.values()) if (expression.test(path)) return [...methods].sort();
    return [];
  };
};
