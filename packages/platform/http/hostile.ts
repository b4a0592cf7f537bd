/** One fault of a request, as `errors[]` lists it. */
export interface Fault extends Record<string, unknown> {
  in: 'body' | 'query' | 'params' | 'headers';
  /** Keys and indexes, joined by dots; empty for the whole. */
  path: string;
  message: string;
}

const deepest = 32;
/** Far above the largest thing that a service takes: every value costs its check, and every fault a line of the answer. */
const mostValues = 20_000;
const longestKey = 255;

const textFault = (text: string): string | undefined => {
  if (text.includes('\0')) return 'must not contain NUL characters';
  return text.isWellFormed() ? undefined : 'must be well-formed Unicode text';
};

const keyFault = (key: string, value: unknown): string | undefined => {
  if (key === '__proto__') return 'is not allowed';
  const poisoned = key === 'constructor' && typeof value === 'object' && value !== null;
  return poisoned && Object.hasOwn(value, 'prototype') ? 'is not allowed' : textFault(key);
};

const whole = (where: Fault['in'], what: string): Fault => ({ in: where, path: '', message: `value must not ${what}` });

/**
 * Faults that no schema sees: keys that reach for prototypes (Joi drops `__proto__` without a word), text that
 * databases can't store (NUL, halves of surrogate pairs), nesting deep enough to exhaust a recursive reader, and so
 * many values or so long names that telling their faults would be an answer many times the size of the request.
 * The walk keeps its own stack for that reason.
 */
export const hostileFaults = (value: unknown, where: Fault['in']): Fault[] => {
  const faults: Fault[] = [];
  const blame = (path: string, message: string) =>
    faults.push({ in: where, path, message: `${path || 'value'} ${message}` });
  let values = 0;
  const waiting: { value: unknown; path: string; depth: number }[] = [{ value, path: '', depth: 0 }];
  for (let item = waiting.pop(); item; item = waiting.pop()) {
    const { value, path, depth } = item;
    if (typeof value === 'string') {
      const message = textFault(value);
      if (message) blame(path, message);
    } else if (typeof value === 'object' && value !== null) {
      if (depth === deepest) return [whole(where, `nest deeper than ${deepest} levels`)];
      for (const key of Object.keys(value)) {
        values += 1;
        if (values > mostValues) return [whole(where, `hold more than ${mostValues} values`)];
        if (key.length > longestKey) return [whole(where, `have names longer than ${longestKey} characters`)];
        const child = (value as Record<string, unknown>)[key];
        const childPath = path === '' ? key : `${path}.${key}`;
        const message = keyFault(key, child);
        if (message) blame(childPath, message);
        else waiting.push({ value: child, path: childPath, depth: depth + 1 });
      }
    }
  }
  return faults;
};
