import { compile, type JSONSchema } from 'json-schema-to-typescript';

interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: JSONSchema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: JSONSchema }> };
  responses: Record<string, { content?: Record<string, { schema: JSONSchema }> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JSONSchema> };
}

const text: JSONSchema = { type: 'string' };

const closed = (properties: Record<string, JSONSchema>, required = Object.keys(properties)): JSONSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** Words are for the document; types say only what may be sent and what comes back. */
const silent = new Set(['description', 'examples', 'title', 'minItems', 'maxItems', 'pattern', 'default']);

const plain = (node: unknown, inProperties = false): unknown => {
  if (Array.isArray(node)) return node.map((item) => plain(item));
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node)
    .filter(([key]) => inProperties || !silent.has(key))
    .map(([key, value]) => [
      key,
      key === '$ref'
        ? String(value).replace('#/components/schemas/', '#/definitions/')
        : plain(value, key === 'properties'),
    ]);
  return Object.fromEntries(entries);
};

const inputsOf = (parameters: Parameter[], where: 'path' | 'query'): JSONSchema => {
  const some = parameters.filter((parameter) => parameter.in === where);
  return closed(
    Object.fromEntries(some.map(({ name, schema }) => [name, schema])),
    some.filter(({ required }) => required).map(({ name }) => name),
  );
};

/** What an operation takes, and what it answers where it succeeds; an answer without a body is `undefined`. */
const operationType = ({ parameters = [], requestBody, responses }: Operation): JSONSchema => {
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) =>
    type === 'application/json' ? schema : text,
  );
  const answers = Object.entries(responses)
    .filter(([status, { content }]) => status.startsWith('2') && content?.['application/json'])
    .map(([, { content }]) => content?.['application/json']?.schema as JSONSchema);
  const named = parameters.filter(({ $ref }) => $ref === undefined);
  const properties: Record<string, JSONSchema> = {
    path: inputsOf(named, 'path'),
    query: inputsOf(named, 'query'),
    ...(bodies[0] ? { body: bodies[0] } : {}),
    answer: answers.length === 0 ? { tsType: 'undefined' } : { anyOf: answers },
  };
  const required = Object.keys(properties).filter((name) => name !== 'body' || requestBody?.required);
  return closed(properties, required);
};

/** TypeScript of every public operation of an OpenAPI document, as one type by `METHOD /path`. */
export const apiTypes = (document: OpenApi): Promise<string> => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [
      `${method.toUpperCase()} ${path.replace(/^\/api\/v1/, '')}`,
      operationType(operation),
    ]),
  );
  const schema = {
    ...closed(Object.fromEntries(operations)),
    definitions: document.components.schemas,
  };
  return compile(plain(schema) as JSONSchema, 'Api', {
    bannerComment:
      '/** Made from /openapi.json of the running shop; `npm run sdk:types` makes it again. Not edited by hand. */',
    additionalProperties: true,
    style: { singleQuote: true, printWidth: 120 },
  });
};
