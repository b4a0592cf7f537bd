import { Problem } from '@shop/contracts/problems.ts';
import type { Request } from 'express';
import type { Schema, ValidationErrorItem } from 'joi';
import { defaultMaxBodyBytes, readJson, readText } from './body.ts';
import { parseIfMatch } from './etag.ts';
import { type Fault, hostileFaults } from './hostile.ts';
import type { Route } from './route.ts';
import { faultWords, joi } from './schemas.ts';

/** What a valid request carries. */
export interface Parts {
  params: unknown;
  query: unknown;
  body: unknown;
  ifMatch: number | undefined;
  idempotencyKey: string | undefined;
}

type Check = (value: unknown, faults: Fault[]) => unknown;

const checkWith = (schema: Schema | undefined, where: Fault['in'], convert: boolean): Check => {
  if (!schema) return () => undefined;
  // Preferences are bound once: Joi validates the options of every call.
  const bound = schema.prefs({ abortEarly: false, convert, ...faultWords });
  return (value, faults) => {
    const hostile = hostileFaults(value, where);
    if (hostile.length > 0) {
      faults.push(...hostile);
      return undefined;
    }
    const result = bound.validate(value);
    if (result.error) faults.push(...result.error.details.map((detail) => faultOf(detail, where)));
    return result.value;
  };
};

const faultOf = ({ path, message }: ValidationErrorItem, where: Fault['in']): Fault => ({
  in: where,
  path: path.join('.'),
  message,
});

/** Whether a request may come without the body: its schema says `.optional()` or has a default. */
export const mayBeEmpty = (schema: Schema): boolean => {
  const flags = schema.describe().flags as { presence?: string; default?: unknown } | undefined;
  return flags?.presence === 'optional' || flags?.default !== undefined;
};

const checkBody = (route: Route): ((request: Request, faults: Fault[]) => Promise<unknown>) => {
  const { body: schema, bodyType, maxBodyBytes = defaultMaxBodyBytes } = route.spec;
  if (!schema) return async () => undefined;
  const check = checkWith(schema, 'body', false);
  const optional = mayBeEmpty(schema);
  return async (request, faults) => {
    const sent = bodyType ? await readText(request, bodyType, maxBodyBytes) : await readJson(request, maxBodyBytes);
    if (sent === undefined && !optional) {
      faults.push({ in: 'body', path: '', message: 'a body is required' });
      return undefined;
    }
    return check(sent === undefined ? (bodyType ? '' : {}) : sent, faults);
  };
};

const refuseFaults = (faults: readonly Fault[]): void => {
  if (faults.length > 0)
    throw new Problem('VALIDATION_FAILED', { detail: sentence(faults), errors: faults.slice(0, mostListed) });
};

/**
 * Makes the reader of a route's body where it has come as JSON already.
 * @throws Problem VALIDATION_FAILED
 */
export const bodyReader = (route: Route): ((sent: unknown) => unknown) => {
  const check = checkWith(route.spec.body, 'body', false);
  return (sent) => {
    const faults: Fault[] = [];
    const body = check(sent, faults);
    refuseFaults(faults);
    return body;
  };
};

const printableKey = /^[\x20-\x7e]{1,255}$/;

const readIdempotencyKey = (request: Request, rule: 'required' | 'optional' | undefined, faults: Fault[]) => {
  if (!rule) return undefined;
  const key = request.get('idempotency-key');
  const sent = request.headersDistinct['idempotency-key']?.length ?? 0;
  if (sent > 1) faults.push({ in: 'headers', path: 'Idempotency-Key', message: 'Idempotency-Key must be sent once' });
  if (!key && rule === 'required') throw new Problem('IDEMPOTENCY_KEY_REQUIRED');
  // An empty one is no key: who sent it trusts that a repeat has no second effect.
  if (key === undefined || printableKey.test(key)) return key;
  faults.push({
    in: 'headers',
    path: 'Idempotency-Key',
    message: 'Idempotency-Key must be 1 to 255 printable ASCII characters',
  });
  return undefined;
};

const readIfMatch = (request: Request, versioned: boolean | undefined, faults: Fault[]): number | undefined => {
  const header = versioned ? request.get('if-match') : undefined;
  const parsed = header === undefined ? undefined : parseIfMatch(header);
  if (parsed !== 'malformed') return parsed;
  faults.push({ in: 'headers', path: 'If-Match', message: 'If-Match must be * or an ETag that was answered' });
  return undefined;
};

/** More faults than these help nobody, and would make a large answer of a small request. */
const mostListed = 100;

/** `DELETE /cart?sku=A` must not empty the cart because nobody looks at its query. */
const noQuery = joi.object({});

/**
 * Makes the reader of a route's requests: it checks everything that was declared and reports every fault at once.
 * An empty body is a fault unless its schema says `.optional()` (it then counts as `{}`) or has a default.
 * @throws Problem VALIDATION_FAILED, IDEMPOTENCY_KEY_REQUIRED, and those of reading a body.
 */
export const requestReader = (route: Route): ((request: Request) => Promise<Parts>) => {
  const { spec } = route;
  const checkParams = checkWith(spec.params, 'params', true);
  const checkQuery = checkWith(spec.query ?? noQuery, 'query', true);
  const readBody = checkBody(route);
  return async (request) => {
    const faults: Fault[] = [];
    const idempotencyKey = readIdempotencyKey(request, spec.idempotencyKey, faults);
    const ifMatch = readIfMatch(request, spec.versioned, faults);
    const params = checkParams({ ...request.params }, faults);
    const query = checkQuery(request.query, faults);
    const body = await readBody(request, faults);
    refuseFaults(faults);
    return { params, query, body, ifMatch, idempotencyKey };
  };
};

const sentence = (faults: readonly Fault[]): string => {
  if (faults.length === 1 && faults[0]) return `In ${faults[0].in}: ${faults[0].message}.`;
  const found = `${faults.length} faults were found`;
  return faults.length > mostListed ? `${found}; the first ${mostListed} are listed.` : `${found}.`;
};
