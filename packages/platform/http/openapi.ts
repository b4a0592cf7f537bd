import { isDeepStrictEqual } from 'node:util';
import { type ProblemCode, problems } from '@shop/contracts/problems.ts';
import type { Schema } from 'joi';
import { impliedCodes } from './implied.ts';
import { componentMark, type JsonSchema, toJsonSchema } from './json-schema.ts';
import { mountedPath } from './paths.ts';
import { isSuccess } from './respond.ts';
import type { Route } from './route.ts';
import { problemSchema } from './schemas.ts';
import { mayBeEmpty } from './validate.ts';

export interface DocumentInfo {
  title: string;
  version: string;
  /** Where the API is reached; `/` is where the document came from. */
  serverUrl: string;
  description?: string;
}

const templated = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const operationId = ({ method, path }: Route): string =>
  method +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const tagOf = ({ path }: Route): string => path.split('/').find((segment) => segment !== '') ?? '';

interface ObjectSchema extends JsonSchema {
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

const parametersIn = (schema: Schema | undefined, where: 'path' | 'query'): JsonSchema[] => {
  if (!schema) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
};

/** Path parameters that a route left undeclared are text. */
const pathParameters = ({ path, spec }: Route): JsonSchema[] => {
  const declared = parametersIn(spec.params, 'path');
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const missing = names.filter((name) => !declared.some((parameter) => parameter.name === name));
  return [...declared, ...missing.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))];
};

const reference = (kind: string, name: string): JsonSchema => ({ $ref: `#/components/${kind}/${name}` });

const headerParameters = ({ spec, method }: Route): JsonSchema[] => {
  const names: string[] = [];
  if (spec.idempotencyKey) names.push(spec.idempotencyKey === 'required' ? 'IdempotencyKey' : 'OptionalIdempotencyKey');
  if (spec.versioned) names.push(method === 'get' ? 'IfNoneMatch' : 'IfMatch');
  return names.map((name) => reference('parameters', name));
};

const requestBody = ({ spec }: Route): JsonSchema | undefined => {
  if (!spec.body) return undefined;
  const type = spec.bodyType ?? 'application/json';
  return { required: !mayBeEmpty(spec.body), content: { [type]: { schema: toJsonSchema(spec.body, 'input') } } };
};

const successResponse = ({ spec }: Route, status: string, schema: Schema | null): JsonSchema => {
  const headers = {
    'X-Request-Id': reference('headers', 'RequestId'),
    ...(spec.versioned && schema && { ETag: reference('headers', 'ETag') }),
    ...((status === '201' || status === '202') && { Location: reference('headers', 'Location') }),
  };
  const content = schema && {
    'application/json': { schema: toJsonSchema(schema, 'output') },
    ...(spec.streams && { [spec.streams]: { schema: { type: 'string' } } }),
  };
  return { description: schema ? 'Success' : 'Success, without a body', headers, ...(content && { content }) };
};

const problemResponse = (codes: readonly ProblemCode[]): JsonSchema => {
  const status = problems[codes[0] as ProblemCode][0];
  const headers = {
    'X-Request-Id': reference('headers', 'RequestId'),
    ...((status === 429 || status === 503) && { 'Retry-After': reference('headers', 'RetryAfter') }),
    ...(status === 401 && { 'WWW-Authenticate': reference('headers', 'WWWAuthenticate') }),
  };
  const schema = {
    allOf: [reference('schemas', 'Problem'), { properties: { status: { const: status }, code: { enum: codes } } }],
  };
  const description = codes.map((code) => `${code}: ${problems[code][1]}`).join('. ');
  return { description, headers, content: { 'application/problem+json': { schema } } };
};

const responses = (route: Route): JsonSchema => {
  const all: Record<string, JsonSchema> = {};
  const codes = new Map<number, Set<ProblemCode>>();
  const declared: ProblemCode[] = [];
  for (const [status, entry] of Object.entries(route.spec.answers)) {
    if (isSuccess(entry)) all[status] = successResponse(route, status, entry);
    else declared.push(...([entry].flat() as ProblemCode[]));
  }
  if (route.spec.versioned && route.method === 'get') all['304'] = { description: 'Not modified since the tag sent' };
  for (const code of [...declared, ...impliedCodes(route)]) {
    const [status] = problems[code];
    codes.set(status, (codes.get(status) ?? new Set()).add(code));
  }
  for (const [status, some] of codes) all[status] = problemResponse([...some].sort());
  return all;
};

const security = ({ spec }: Route): JsonSchema[] =>
  spec.access === 'anyone' ? [{}, { accessToken: [] }] : [{ accessToken: [] }];

const roles: Partial<Record<Route['spec']['access'], string>> = {
  user: 'Any signed-in user, guests too.',
  customer: 'Registered customers and admins.',
  admin: 'Admins only.',
};

const operation = (route: Route): JsonSchema => {
  const parameters = [...pathParameters(route), ...parametersIn(route.spec.query, 'query'), ...headerParameters(route)];
  const body = requestBody(route);
  const who = roles[route.spec.access];
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary: route.spec.summary,
    ...(who && { description: who }),
    'x-access': route.spec.access,
    security: security(route),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: responses(route),
  };
};

const text = { type: 'string' };
const entityTag = { type: 'string', pattern: '^(\\*|(W/)?"[0-9]{1,15}(-[\\x21\\x23-\\x7e]*)?")$' };
const key = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' };

const header = (name: string, schema: JsonSchema, description: string, required = false): JsonSchema => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

const components = (): JsonSchema => ({
  schemas: { Problem: toJsonSchema(problemSchema, 'output') },
  securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  parameters: {
    IdempotencyKey: header('Idempotency-Key', key, 'Repeating a request with its key has no second effect.', true),
    OptionalIdempotencyKey: header('Idempotency-Key', key, 'Repeating a request with its key has no second effect.'),
    IfMatch: header('If-Match', entityTag, 'The ETag that the change is meant for; a stale one is 412.'),
    IfNoneMatch: header('If-None-Match', text, 'The ETag at hand; when it is still right the answer is 304.'),
  },
  headers: {
    RequestId: { description: 'The id of this request, as sent or made.', schema: text },
    ETag: { description: 'The version and a hash of the body.', schema: text },
    Location: { description: 'Where to find what was made.', schema: { type: 'string', format: 'uri-reference' } },
    RetryAfter: { description: 'Seconds after which trying again may help.', schema: { type: 'integer', minimum: 0 } },
    WWWAuthenticate: { description: 'How to authenticate.', schema: text },
  },
});

/**
 * Lifts named schemas into `named` and leaves references. A name stands for one shape: another under the same name (a
 * body that may leave out what the answer has) stays where it is.
 */
const lift = (node: unknown, named: Record<string, unknown>): unknown => {
  if (Array.isArray(node)) return node.map((item) => lift(item, named));
  if (typeof node !== 'object' || node === null) return node;
  const { [componentMark]: name, ...rest } = node as JsonSchema;
  const lifted = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, lift(value, named)]));
  if (typeof name !== 'string') return lifted;
  named[name] ??= lifted;
  return isDeepStrictEqual(named[name], lifted) ? reference('schemas', name) : lifted;
};

/** The OpenAPI 3.1 document of the public routes; those under `/internal` are nobody's business outside. */
export const openApiDocument = (routes: readonly Route[], { serverUrl, ...info }: DocumentInfo): JsonSchema => {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes.filter(({ path }) => !path.startsWith('/internal/'))) {
    const path = templated(mountedPath(route));
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  const shared = components();
  const lifted = lift(paths, shared.schemas as Record<string, unknown>);
  return { openapi: '3.1.0', info, servers: [{ url: serverUrl }], paths: lifted, components: shared };
};
