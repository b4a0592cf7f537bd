import { problems } from '@shop/contracts/problems.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../testing/http.ts';
import { openApiDocument } from './openapi.ts';
import { get, post, put } from './route.ts';
import { isoDate, joi, listOf, listQuery, moneySchema, plainText, sku, uuid } from './schemas.ts';

const thing = joi
  .object({
    id: uuid.required(),
    at: isoDate.allow(null),
    kind: joi.string().valid('a', 'b').allow(null).required(),
    price: moneySchema(),
    choice: joi.alternatives(joi.object({ k: joi.valid('x').required(), at: isoDate }), joi.number()).allow(null),
  })
  .meta({ component: 'Thing' });

const routes = [
  get(
    '/things',
    { summary: 'List', access: 'admin', query: listQuery({ search: plainText(10) }), answers: { 200: listOf(thing) } },
    () => ({}),
  ),
  get(
    '/things/:id',
    { summary: 'Read', access: 'anyone', versioned: true, answers: { 200: thing, 404: 'NOT_FOUND' } },
    () => ({}),
  ),
  put(
    '/things/:id',
    {
      summary: 'Write',
      access: 'user',
      versioned: true,
      params: joi.object({ id: uuid.required() }),
      body: joi
        .object({ a: joi.string().pattern(/x/i), b: joi.forbidden(), c: sku, d: joi.number().default(1) })
        .or('a', 'c'),
      answers: { 200: thing, 409: ['SKU_TAKEN', 'HANDLE_TAKEN'] },
    },
    () => ({}),
  ),
  post(
    '/checkouts',
    {
      summary: 'Buy',
      access: 'user',
      idempotencyKey: 'required',
      body: joi.object({ a: joi.string() }).optional(),
      answers: { 201: thing, 202: thing },
    },
    () => ({}),
  ),
  post(
    '/import',
    {
      summary: 'Import',
      access: 'admin',
      body: joi.string(),
      bodyType: 'text/csv',
      streams: 'application/x-ndjson',
      answers: { 200: thing },
    },
    () => ({}),
  ),
  post('/internal/x', { summary: 'Hidden', access: 'service', answers: { 204: null } }, () => undefined),
  get('/.well-known/jwks.json', { summary: 'Keys', access: 'anyone', answers: { 200: joi.object() } }, () => ({})),
];

// biome-ignore lint/suspicious/noExplicitAny: a document is a tree of every shape.
const document = openApiDocument(routes, { title: 'Shop', version: '1.2.3', serverUrl: '/' }) as any;

/** Every `$ref` of the document, resolved. */
const dangling = (node: unknown, found: string[] = []): string[] => {
  if (typeof node !== 'object' || node === null) return found;
  const ref = (node as { $ref?: string }).$ref;
  if (ref) {
    const target = ref
      .slice(2)
      .split('/')
      .reduce((at, key) => at?.[key], document);
    if (target === undefined) found.push(ref);
  }
  for (const child of Object.values(node)) dangling(child, found);
  return found;
};

describe('the OpenAPI document', () => {
  it('When it is made, then it is OpenAPI 3.1 with every public route at its whole path and none of the internal', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toEqual({ title: 'Shop', version: '1.2.3' });
    expect(Object.keys(document.paths).sort()).toEqual([
      '/.well-known/jwks.json',
      '/api/v1/checkouts',
      '/api/v1/import',
      '/api/v1/things',
      '/api/v1/things/{id}',
    ]);
    expect(Object.keys(document.paths['/api/v1/things/{id}'])).toEqual(['get', 'put']);
  });

  it('When it refers to something, then that is there', () => {
    expect(dangling(document)).toEqual([]);
  });

  it('When operations are named, then no name stands for two', () => {
    const names = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('When a path has parameters, then all are described, declared or not', () => {
    expect(document.paths['/api/v1/things/{id}'].get.parameters[0]).toMatchObject({
      name: 'id',
      in: 'path',
      required: true,
    });
    expect(document.paths['/api/v1/things/{id}'].put.parameters[0]).toMatchObject({
      name: 'id',
      schema: { format: 'uuid' },
    });
  });

  it('When a list is described, then its query and its page are there', () => {
    const { parameters, responses } = document.paths['/api/v1/things'].get;
    expect(parameters.map(({ name }: { name: string }) => name)).toEqual(['limit', 'cursor', 'search']);
    expect(parameters[0].schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
    const page = responses[200].content['application/json'].schema;
    expect(page.properties.items.items).toEqual({ $ref: '#/components/schemas/Thing' });
    expect(page.properties.nextCursor.type).toEqual(['string', 'null']);
    expect(responses[400].content['application/problem+json'].schema.allOf[1].properties.code.enum).toContain(
      'INVALID_CURSOR',
    );
  });

  it("When Joi's export loses something, then it is there all the same", () => {
    const { properties } = document.components.schemas.Thing;
    expect(properties.at).toMatchObject({ format: 'date-time', type: ['string', 'null'] });
    expect(properties.kind.enum).toEqual(['a', 'b', null]);
    expect(properties.choice.anyOf[1].properties.at.format).toBe('date-time');
    const body = document.paths['/api/v1/things/{id}'].put.requestBody;
    expect(body.required).toBe(true);
    const { schema } = body.content['application/json'];
    expect(schema.properties.b).toBeUndefined();
    expect(schema.properties.a.pattern).toBeUndefined();
    expect(schema.allOf).toEqual([{ anyOf: [{ required: ['a'] }, { required: ['c'] }] }]);
    expect(schema.required).toBeUndefined();
  });

  it('When a route can refuse, then every code is described under its status', () => {
    const codesOf = (path: string, method: string) =>
      Object.fromEntries(
        Object.entries<{
          content?: Record<string, { schema: { allOf: [unknown, { properties: { code: { enum: string[] } } }] } }>;
        }>(document.paths[path][method].responses).flatMap(([status, { content }]) => {
          const schema = content?.['application/problem+json']?.schema;
          return schema ? [[status, schema.allOf[1].properties.code.enum]] : [];
        }),
      );
    expect(codesOf('/api/v1/things/{id}', 'put')).toEqual({
      400: ['MALFORMED_JSON', 'VALIDATION_FAILED'],
      401: ['UNAUTHENTICATED'],
      409: ['HANDLE_TAKEN', 'SKU_TAKEN'],
      412: ['VERSION_CONFLICT'],
      413: ['BODY_TOO_LARGE'],
      415: ['UNSUPPORTED_MEDIA_TYPE'],
      429: ['RATE_LIMITED'],
      431: ['HEADERS_TOO_LARGE'],
      500: ['INTERNAL'],
      503: ['UNAVAILABLE'],
    });
    expect(codesOf('/api/v1/things', 'get')[403]).toEqual(['FORBIDDEN']);
    expect(codesOf('/api/v1/checkouts', 'post')[400]).toContain('IDEMPOTENCY_KEY_REQUIRED');
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(problems));
  });

  it('When a route is versioned, keyed or streams, then headers and types say so', () => {
    const read = document.paths['/api/v1/things/{id}'].get;
    expect(read.parameters).toContainEqual({ $ref: '#/components/parameters/IfNoneMatch' });
    expect(read.responses[200].headers.ETag).toBeDefined();
    expect(read.responses[304]).toBeDefined();
    expect(document.paths['/api/v1/things/{id}'].put.parameters).toContainEqual({
      $ref: '#/components/parameters/IfMatch',
    });
    const buy = document.paths['/api/v1/checkouts'].post;
    expect(buy.parameters).toEqual([{ $ref: '#/components/parameters/IdempotencyKey' }]);
    expect(buy.requestBody.required).toBe(false);
    expect(buy.responses[202].headers.Location).toBeDefined();
    const load = document.paths['/api/v1/import'].post;
    expect(Object.keys(load.requestBody.content)).toEqual(['text/csv']);
    expect(Object.keys(load.responses[200].content)).toEqual(['application/json', 'application/x-ndjson']);
  });

  it('When a route needs a token, then its security says so', () => {
    expect(document.paths['/api/v1/things'].get.security).toEqual([{ accessToken: [] }]);
    expect(document.paths['/api/v1/things/{id}'].get.security).toEqual([{}, { accessToken: [] }]);
  });
});

describe('the documents of a server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(routes, { document, documents: { '/asyncapi.json': { asyncapi: '3.0.0' } } });
  });
  afterAll(() => server.close());

  it('When they are asked for, then they are served at the root', async () => {
    expect((await server.request('GET', '/openapi.json')).body).toEqual(document);
    expect((await server.request('GET', '/asyncapi.json')).body).toEqual({ asyncapi: '3.0.0' });
    expect((await server.request('POST', '/openapi.json')).status).toBe(405);
  });

  it('When /docs is opened, then Swagger UI loads from this server alone, under its own security policy', async () => {
    const moved = await server.request('GET', '/docs');
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/docs/']);
    const page = await server.request('GET', '/docs/');
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/<script>[^<]/);
    const sources = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(source).toMatch(/^\.\//);
      expect([source, (await server.request('GET', `/docs/${source.slice(2)}`)).status]).toEqual([source, 200]);
    }
    expect((await server.request('GET', '/docs/swagger-ui-init.js')).body).toContain('/openapi.json');
  });

  it('When a file is not among those of /docs, then the answer is a problem', async () => {
    const { status, body } = await server.request('GET', '/docs/nothing.js');
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });
});
