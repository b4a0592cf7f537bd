import type { Description, Schema } from 'joi';

/** A JSON Schema (2020-12, what OpenAPI 3.1 speaks). */
export type JsonSchema = Record<string, unknown>;

type Part = JsonSchema & {
  properties?: Record<string, Part>;
  required?: string[];
  items?: Part;
  anyOf?: Part[];
  type?: string | string[];
  enum?: unknown[];
};

/** What Joi's own export leaves out, to be found in its description of the same schema. */
interface Described extends Description {
  keys?: Record<string, Described>;
  items?: Described[];
  matches?: { schema?: Described }[];
  metas?: Record<string, unknown>[];
  examples?: unknown[];
  dependencies?: { rel: string; key?: string; peers: string[] }[];
  rules?: { name: string; args?: Record<string, unknown> }[];
}

/** Where `.meta({ component: 'Product' })` leaves its name, for the document to lift it out. */
export const componentMark = 'x-component';

/**
 * The JSON Schema of a Joi schema, as requests send it (`input`) or as answers carry it (`output`: what has a default
 * is always there). Joi exports most of it; formats in `meta`, examples, forbidden keys, peers (`or`, `xor`, `and`,
 * `with`) and null among enumerated values are put in here.
 */
export const toJsonSchema = (schema: Schema, mode: 'input' | 'output'): JsonSchema => {
  const exported = schema['~standard'].jsonSchema[mode]({ target: 'draft-2020-12' }) as Part;
  const { $defs: _shared, ...whole } = structuredClone(exported);
  complete(whole, schema.describe() as Described);
  return whole;
};

const complete = (part: Part, described: Described): void => {
  for (const { format, component } of described.metas ?? []) {
    if (format) part.format = format;
    if (component) part[componentMark] = component;
  }
  if (described.examples) part.examples = described.examples;
  const flags = described.flags as { description?: string } | undefined;
  if (flags?.description) part.description = flags.description;
  completeText(part, described);
  completeNull(part);
  completeKeys(part, described);
  completePeers(part, described);
  const [item] = described.items ?? [];
  if (part.items && item && described.items?.length === 1) complete(part.items, item);
  completeMatches(part, described);
};

const completeKeys = (part: Part, { keys = {} }: Described): void => {
  for (const [key, child] of Object.entries(keys)) {
    const property = part.properties?.[key];
    if (!property) continue;
    if ((child.flags as { presence?: string } | undefined)?.presence === 'forbidden') delete part.properties?.[key];
    else complete(property, child);
  }
};

/** A pattern whose flags count can't be said in JSON Schema; saying nothing is better than saying something else. */
const completeText = (part: Part, { rules = [] }: Described): void => {
  for (const { name, args } of rules) {
    if (name === 'pattern' && (/\/[a-z]*[is][a-z]*$/.test(String(args?.regex)) || hasInvert(args))) {
      delete part.pattern;
      delete part.allOf;
    }
    const options = args?.options as { allowRelative?: boolean } | undefined;
    if (name === 'uri' && options?.allowRelative) part.format = 'uri-reference';
  }
};

const hasInvert = (args: Record<string, unknown> | undefined): boolean =>
  (args?.options as { invert?: boolean } | undefined)?.invert === true;

const completeNull = (part: Part): void => {
  const nullable = Array.isArray(part.type) && part.type.includes('null');
  if (nullable && part.enum && !part.enum.includes(null)) part.enum = [...part.enum, null];
};

const needs = (peer: string): JsonSchema => ({ required: [peer] });

const completePeers = (part: Part, { dependencies = [] }: Described): void => {
  const rules = dependencies.flatMap(({ rel, key, peers }): JsonSchema[] => {
    if (rel === 'or') return [{ anyOf: peers.map(needs) }];
    if (rel === 'xor') return [{ oneOf: peers.map(needs) }];
    if (rel === 'and') return [{ dependentRequired: Object.fromEntries(peers.map((peer) => [peer, peers])) }];
    if (rel === 'with' && key) return [{ dependentRequired: { [key]: peers } }];
    return [];
  });
  if (rules.length > 0) part.allOf = [...((part.allOf as JsonSchema[] | undefined) ?? []), ...rules];
};

/** Alternatives are exported in order; a null that is allowed comes first. */
const completeMatches = (part: Part, { matches = [] }: Described): void => {
  const options = part.anyOf ?? (part.oneOf as Part[] | undefined) ?? [];
  const offset = options.length - matches.length;
  if (offset < 0 || matches.some(({ schema }) => !schema)) return;
  for (const [at, { schema }] of matches.entries()) {
    const option = options[at + offset];
    if (option && schema) complete(option, schema);
  }
};
